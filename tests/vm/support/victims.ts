import { type Kind, kinds } from '../../oom/kinds.ts';
import { until } from '../../support/wait.ts';
import { endOf, type Pod, pidOf, runContainer } from './pods.ts';
import type { World } from './world.ts';

/** A container that runs and waits for its end. */
export interface Victim {
  readonly id: string;
  readonly pid: number;
  readonly kind: Kind;
  readonly runtime: string;
  readonly fifo: string;
}

/** Twice what runc itself takes in a container's cgroup while it makes one. */
const LIMIT = 40n * 1024n * 1024n;

let fifos = 0;

export const makeVictim = async (world: World, pod: Pod, kind: Kind): Promise<Victim> => {
  const { runtime } = pod;
  fifos += 1;
  const fifo = `/run/janus-oom-${fifos}`;
  await world.guest.sh(`mkfifo ${fifo}`);
  const id = await runContainer(world, pod, {
    command: ['sh', '-c', kind.script],
    mounts: [{ containerPath: '/go', hostPath: fifo }],
    linux: { resources: { memoryLimitInBytes: LIMIT, memorySwapLimitInBytes: LIMIT } },
  });
  return { id, kind, runtime, fifo, pid: await pidOf(world, id) };
};

/** `count` of each kind. */
export const makeVictims = async (world: World, pod: Pod, count: number): Promise<readonly Victim[]> => {
  const victims: Victim[] = [];
  for (const kind of kinds)
    for (let index = 0; index < count; index += 1) victims.push(await makeVictim(world, pod, kind));
  return victims;
};

/** Lets it come to its end, and does not wait for it. */
export const endVictim = ({ guest }: World, { kind, pid, fifo }: Victim): Promise<string> =>
  guest.sh(kind.killed ? `kill -9 ${pid}` : `echo go > ${fifo}`);

/** They end while there is no daemon; afterwards there is none yet. */
export const endUnseen = async (world: World, victims: readonly Victim[]): Promise<void> => {
  // The daemon alone: its conmons are in the unit's cgroup.
  await world.guest.sh('kill -9 $(systemctl show -P MainPID janusd); systemctl stop janusd');
  for (const victim of victims) await endVictim(world, victim);
  const exits = victims.map(({ id }) => `/run/janus/exits/${id}`).join(' ');
  await until('all have ended', async () => (await world.guest.run(`ls ${exits}`)).status === 0, 600);
};

/** What the first status that shows the end says: reason and exit code. */
export const hearVictim = async (world: World, { id, fifo }: Victim): Promise<string> => {
  const { reason, exitCode } = await endOf(world, id);
  await world.client.runtime.removeContainer({ containerId: id });
  await world.guest.sh(`rm ${fifo}`);
  return `${reason} ${exitCode}`;
};
