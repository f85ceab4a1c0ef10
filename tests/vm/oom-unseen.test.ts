import { afterAll, beforeAll, expect, test } from 'vitest';
import { kinds } from '../oom/kinds.ts';
import { type Pod, removePod, runPod } from './support/pods.ts';
import { endUnseen, hearVictim, makeVictims, type Victim } from './support/victims.ts';
import { openWorld, type World } from './support/world.ts';

/**
 * More than the kernel's log holds, in its longest lines, no faster than the journal reads them. The limit of what others than the kernel may
 * write is lifted for it.
 */
const FLOOD = `sysctl -qw kernel.printk_devkmsg=on
  for chunk in 1 2 3 4 5; do
    for line in $(seq 60); do printf '%0900d' 0 > /dev/kmsg; done
    journalctl --sync
  done
  dmesg | grep -c 'Killed process' || true`;

let world: World;
let pod: Pod;
const heard = new Map<string, string>();

const oomFile = ({ id }: Victim): string => `/run/janus/containers/${id}/persist/oom`;

/** conmon may see a kill or not before systemd removes the cgroup, and cannot tell whose it was: here it is always wrong. */
const deceive = (victims: readonly Victim[]): Promise<unknown> =>
  world.guest.sh(
    victims.map((victim) => `${victim.kind.name === 'main' ? 'rm -f' : 'touch'} ${oomFile(victim)}`).join('\n'),
  );

beforeAll(async () => {
  world = await openWorld();
  await world.configure('systemd');
  pod = await runPod(world, { driver: 'systemd', runtime: 'runc' });
  const victims = await makeVictims(world, pod, 1);
  await endUnseen(world, victims);
  await deceive(victims);
  expect(await world.guest.sh(FLOOD)).toBe('0');
  await world.configure('systemd');
  for (const victim of victims) heard.set(victim.kind.name, await hearVictim(world, victim));
});
afterAll(async () => {
  await removePod(world, pod);
  await world.close();
});

test.each(kinds)(
  '$name: $expected, of an end that no daemon saw, whose cgroup is gone, and of which the kernel’s log has nothing any more',
  ({ name, expected }) => expect(heard.get(name)).toBe(expected),
);
