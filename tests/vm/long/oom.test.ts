import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kind, kinds } from '../../oom/kinds.ts';
import { until } from '../../support/wait.ts';
import { endOf, type Pod, pidOf, removePod, runContainer, runPod } from '../support/pods.ts';
import { openWorld, type World } from '../support/world.ts';

const COUNT = Number(process.env['JANUS_OOM_COUNT'] ?? 6);
const RUNTIMES = ['runc', 'crun'] as const;
/** Twice what runc itself takes in a container's cgroup while it makes one. */
const LIMIT = 40n * 1024n * 1024n;

interface Victim {
  readonly group: string;
  readonly id: string;
  readonly pid: number;
  readonly kind: Kind;
  readonly fifo: string;
}

let world: World;
const pods: Pod[] = [];
/** How often each verdict was heard, by runtime and kind. */
const heard = new Map<string, Record<string, number>>();
const groupOf = (runtime: string, kind: Kind): string => `${runtime} ${kind.name}`;

const make = async (pod: Pod, kind: Kind, number: number): Promise<Victim> => {
  const fifo = `/run/janus-oom-${pod.runtime}-${kind.name}-${number}`;
  await world.guest.sh(`mkfifo ${fifo}`);
  const id = await runContainer(world, pod, {
    command: ['sh', '-c', kind.script],
    mounts: [{ containerPath: '/go', hostPath: fifo }],
    linux: { resources: { memoryLimitInBytes: LIMIT, memorySwapLimitInBytes: LIMIT } },
  });
  return { group: groupOf(pod.runtime, kind), id, kind, fifo, pid: await pidOf(world, id) };
};

const end = ({ kind, pid, fifo }: Victim): Promise<string> =>
  world.guest.sh(kind.killed ? `kill -9 ${pid}` : `echo go > ${fifo}`);

const hear = async ({ group, id, fifo }: Victim): Promise<void> => {
  const { reason, exitCode } = await endOf(world, id);
  const counts = heard.get(group) ?? {};
  const verdict = `${reason} ${exitCode}`;
  heard.set(group, { ...counts, [verdict]: (counts[verdict] ?? 0) + 1 });
  await world.client.runtime.removeContainer({ containerId: id });
  await world.guest.sh(`rm ${fifo}`);
};

/** Half of them end under a daemon, half while there is none. */
const endAll = async (victims: readonly Victim[]): Promise<void> => {
  const seen = victims.filter((_, index) => index % 2 === 0);
  const unseen = victims.filter((_, index) => index % 2 === 1);
  for (const victim of seen) await end(victim).then(() => hear(victim));
  // The daemon alone: its conmons are in the unit's cgroup.
  await world.guest.sh('kill -9 $(systemctl show -P MainPID janusd); systemctl stop janusd');
  for (const victim of unseen) await end(victim);
  const pids = unseen.map(({ pid }) => `/proc/${pid}`).join(' ');
  await until('all have ended', async () => (await world.guest.run(`ls -d ${pids}`)).stdout === '', 600);
  await world.configure('systemd');
  for (const victim of unseen) await hear(victim);
};

beforeAll(async () => {
  world = await openWorld();
  await world.configure('systemd');
  const victims: Victim[] = [];
  for (const runtime of RUNTIMES) {
    const pod = await runPod(world, { driver: 'systemd', runtime });
    pods.push(pod);
    for (const kind of kinds) for (let index = 0; index < COUNT; index += 1) victims.push(await make(pod, kind, index));
  }
  await endAll(victims);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(heard))}\n`);
}, 3_600_000);
afterAll(async () => {
  for (const pod of pods) await removePod(world, pod);
  await world.close();
});

test.each(RUNTIMES.flatMap((runtime) => kinds.map((kind) => ({ runtime, kind, name: kind.name }))))(
  `${COUNT} of ${COUNT}: $runtime, $name`,
  ({ runtime, kind }) => {
    expect(heard.get(groupOf(runtime, kind))).toEqual({ [kind.expected]: COUNT });
  },
);
