import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, IMAGE } from './bed.ts';
import { connectV1 } from './clients.ts';
import { mustRun } from './command.ts';
import type { RunningDaemon } from './daemon.ts';
import { end } from './end.ts';
import { until } from './wait.ts';

const PAUSE = 'docker.io/library/janus-test-pause:1';

/** Debian's own settings but for the places, the network and the pause image. */
const settings = ({ directory, state, socket, cniDirectory }: Bed): string => `
version = 2
root = "${join(directory, 'containerd/root')}"
state = "${join(state, 'containerd')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(directory, 'containerd/opt')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniDirectory}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "${join(state, 'containerd-runc')}"
`;

/** The pause process is the one that Janus uses, so that both hold the same program in memory. */
const buildPause = ({ graph, state }: Bed): void => {
  const store = ['--root', `${graph}/storage`, '--runroot', `${state}/storage`, '--storage-driver', 'overlay'];
  const container = mustRun('buildah', ...store, 'from', 'scratch');
  mustRun('buildah', ...store, 'copy', container, '/usr/bin/catatonit', '/pause');
  mustRun('buildah', ...store, 'config', '--entrypoint', '["/pause", "-P"]', container);
  mustRun('buildah', ...store, 'commit', '-q', '--rm', container, PAUSE);
};

const importImage = ({ directory, graph, state, socket }: Bed, name: string): void => {
  const archive = join(directory, 'image.tar');
  const store = `[overlay@${graph}/storage+${state}/storage]`;
  mustRun('skopeo', 'copy', '-q', `containers-storage:${store}${name}`, `docker-archive:${archive}:${name}`);
  mustRun('ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', archive);
  rmSync(archive);
};

const serves = async (child: ChildProcess, { socket }: Bed, log: () => string): Promise<void> => {
  const cri = connectV1(socket, 5000);
  try {
    await until('containerd serves', () => {
      if (child.exitCode !== null) throw new Error(`containerd ended with ${child.exitCode}: ${log()}`);
      return cri.runtime.version({}).catch(() => undefined);
    });
  } finally {
    cri.close();
  }
};

/** Debian's containerd in the place of janusd: on the bed's socket, with all that it has in the bed. Resolves when it answers over CRI v1. */
export const startContainerd = async (bed: Bed): Promise<RunningDaemon> => {
  const [config, path] = [join(bed.directory, 'containerd.toml'), join(bed.directory, 'containerd.log')];
  writeFileSync(config, settings(bed));
  const output = openSync(path, 'a');
  const child = spawn('containerd', ['--config', config], { stdio: ['ignore', output, output] });
  closeSync(output);
  const log = (): string => readFileSync(path, 'utf8');
  await serves(child, bed, log);
  return {
    pid: child.pid ?? 0,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
    log,
  };
};

/** Once it runs: the images that a bed's pods are made of, the same as in Janus' store. */
export const giveImages = (bed: Bed): void => {
  buildPause(bed);
  for (const name of [IMAGE, PAUSE]) importImage(bed, name);
};
