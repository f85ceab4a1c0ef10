import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, IMAGE, makeBed } from '../../tests/support/bed.ts';
import { connectV1 } from '../../tests/support/clients.ts';
import { mustRun } from '../../tests/support/command.ts';
import { until } from '../../tests/support/wait.ts';
import type { Contestant } from '../contestant.ts';
import { criPods } from '../cri-pods.ts';
import { orDispose } from './or-dispose.ts';

const PAUSE = 'localhost/janus-bench-pause:1';

interface Place {
  readonly bed: Bed;
  readonly socket: string;
  readonly config: string;
}

/** Debian's own settings but for the places, the network and the pause image. */
const settings = ({ bed, socket }: Pick<Place, 'bed' | 'socket'>): string => `
version = 2
root = "${join(bed.directory, 'containerd/root')}"
state = "${join(bed.directory, 'containerd/state')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${join(bed.directory, 'containerd/opt')}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${bed.cniDirectory}"
`;

/** The pause process is the one that Janus uses, so that both hold the same program in memory. */
const buildPause = ({ graph, state }: Bed): void => {
  const buildah = [
    '--root',
    join(graph, 'storage'),
    '--runroot',
    join(state, 'storage'),
    '--storage-driver',
    'overlay',
  ];
  const container = mustRun('buildah', ...buildah, 'from', 'scratch');
  mustRun('buildah', ...buildah, 'copy', container, '/usr/bin/catatonit', '/pause');
  mustRun('buildah', ...buildah, 'config', '--entrypoint', '["/pause", "-P"]', container);
  mustRun('buildah', ...buildah, 'commit', '-q', '--rm', container, PAUSE);
};

/** The same images as in Janus' store, brought over as an archive. */
const importImage = ({ bed, socket }: Place, name: string): void => {
  const archive = join(bed.directory, 'image.tar');
  const store = `[overlay@${join(bed.graph, 'storage')}+${join(bed.state, 'storage')}]`;
  mustRun('skopeo', 'copy', '-q', `containers-storage:${store}${name}`, `docker-archive:${archive}:${name}`);
  mustRun('ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', archive);
  mustRun('rm', archive);
};

const start = async ({ bed, socket, config }: Place): Promise<ChildProcess> => {
  writeFileSync(config, settings({ bed, socket }));
  const log = openSync(join(bed.directory, 'containerd.log'), 'w');
  const child = spawn('containerd', ['--config', config], { stdio: ['ignore', log, log] });
  const cri = connectV1(socket);
  await until('containerd serves', () => cri.runtime.version({}).catch(() => undefined));
  cri.close();
  return child;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};

/** Debian's containerd over CRI v1, in directories of its own. */
export const containerd = async (octet: number): Promise<Contestant> => {
  const bed = makeBed('bctd', octet);
  const place = { bed, socket: join(bed.directory, 'containerd.sock'), config: join(bed.directory, 'config.toml') };
  buildPause(bed);
  let child = await orDispose(bed, start(place));
  for (const image of [IMAGE, PAUSE]) importImage(place, image);
  const cri = connectV1(place.socket);
  const { runtimeVersion } = await cri.runtime.version({});
  return {
    name: 'containerd',
    version: runtimeVersion,
    pods: criPods(cri, { image: IMAGE, logs: bed.logs, cgroupParent: `${bed.cgroupParent}/pods` }),
    engine: {
      cri,
      socket: place.socket,
      image: IMAGE,
      get pid() {
        return child.pid ?? 0;
      },
      restart: async () => {
        await end(child, 'SIGKILL');
        const begin = performance.now();
        child = await start(place);
        return performance.now() - begin;
      },
    },
    close: async () => {
      cri.close();
      await end(child, 'SIGTERM');
      bed.dispose();
    },
  };
};
