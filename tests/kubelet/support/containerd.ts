import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, IMAGE } from '../../support/bed.ts';
import { command, mustRun } from '../../support/command.ts';
import type { RunningDaemon } from '../../support/daemon.ts';
import { until } from '../../support/wait.ts';

const PAUSE = 'docker.io/library/pause:1';

/** Debian's containerd, with all that it has in the bed, and the bed's network. */
const configuration = ({ socket, cniDirectory }: Bed, directory: string): string => `version = 2
root = "${directory}/root"
state = "${directory}/state"
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${directory}/ttrpc.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${directory}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniDirectory}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;

/** Of the bed's image: it only sleeps. */
const buildPause = ({ graph, state }: Bed): void => {
  const store = ['--root', `${graph}/storage`, '--runroot', `${state}/storage`, '--storage-driver', 'overlay'];
  const working = mustRun('buildah', ...store, 'from', '--pull-never', IMAGE);
  mustRun('buildah', ...store, 'config', '--cmd', 'sleep 1000000000', working);
  mustRun('buildah', ...store, 'commit', '-q', '--rm', working, PAUSE);
};

const importImage = ({ graph, state, socket }: Bed, directory: string, name: string): void => {
  const archive = join(directory, `${name.replaceAll(/[/:]/g, '-')}.tar`);
  const from = `containers-storage:[overlay@${graph}/storage+${state}/storage]${name}`;
  mustRun('skopeo', 'copy', '--quiet', from, `docker-archive:${archive}:${name}`);
  mustRun('ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive);
};

export const startContainerd = async (bed: Bed): Promise<RunningDaemon> => {
  const directory = join(bed.directory, 'containerd');
  mkdirSync(directory, { recursive: true });
  const config = join(directory, 'config.toml');
  writeFileSync(config, configuration(bed, directory));
  const child = spawn('containerd', ['--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const end = async (signal: NodeJS.Signals): Promise<number> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? -1;
    const exited = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await exited)[0] ?? -1;
  };
  await until('containerd serves', () => {
    if (child.exitCode !== null) throw new Error(`containerd ended with ${child.exitCode}: ${log}`);
    return command('ctr', ['--address', bed.socket, 'version']).status === 0;
  });
  buildPause(bed);
  for (const name of [IMAGE, PAUSE]) importImage(bed, directory, name);
  return {
    pid: child.pid ?? 0,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    log: () => log,
  };
};
