import { afterAll, beforeAll, expect, test } from 'vitest';
import { kinds } from '../../oom/kinds.ts';
import { type Pod, removePod, runPod } from '../support/pods.ts';
import { endUnseen, endVictim, hearVictim, makeVictims, type Victim } from '../support/victims.ts';
import { openWorld, type World } from '../support/world.ts';

const COUNT = Number(process.env['JANUS_OOM_COUNT'] ?? 6);
/** Of each kind at once: the machine has room for so many that eat memory at the same time. */
const AT_ONCE = 10;
const RUNTIMES = ['runc', 'crun'] as const;

let world: World;
const pods: Pod[] = [];
/** How often each verdict was heard, by runtime and kind. */
const heard = new Map<string, Record<string, number>>();

const hear = async (victim: Victim): Promise<void> => {
  const group = `${victim.runtime} ${victim.kind.name}`;
  const counts = heard.get(group) ?? {};
  const verdict = await hearVictim(world, victim);
  heard.set(group, { ...counts, [verdict]: (counts[verdict] ?? 0) + 1 });
};

/** Half of them end under a daemon, half while there is none. */
const endAll = async (victims: readonly Victim[]): Promise<void> => {
  const seen = victims.filter((_, index) => index % 2 === 0);
  const unseen = victims.filter((_, index) => index % 2 === 1);
  for (const victim of seen) await endVictim(world, victim);
  for (const victim of seen) await hear(victim);
  await endUnseen(world, unseen);
  await world.configure('systemd');
  for (const victim of unseen) await hear(victim);
};

beforeAll(
  async () => {
    world = await openWorld();
    await world.configure('systemd');
    for (const runtime of RUNTIMES) pods.push(await runPod(world, { driver: 'systemd', runtime }));
    for (let left = COUNT; left > 0; left -= AT_ONCE) {
      const count = Math.min(left, AT_ONCE);
      const victims = await Promise.all(pods.map((pod) => makeVictims(world, pod, count)));
      await endAll(victims.flat());
      process.stdout.write(`${JSON.stringify(Object.fromEntries(heard))}\n`);
    }
  },
  600_000 + COUNT * 120_000,
);
afterAll(async () => {
  for (const pod of pods) await removePod(world, pod);
  await world.close();
});

test.each(RUNTIMES.flatMap((runtime) => kinds.map((kind) => ({ runtime, kind, name: kind.name }))))(
  `${COUNT} of ${COUNT}: $runtime, $name`,
  ({ runtime, kind }) => {
    expect(heard.get(`${runtime} ${kind.name}`)).toEqual({ [kind.expected]: COUNT });
  },
);
