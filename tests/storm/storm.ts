import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Bed, makeBed, mountsBelow } from '../support/bed.ts';
import { connectBoth } from '../support/clients.ts';
import { spawnDaemon } from '../support/daemon.ts';
import { differences } from '../support/inventory.ts';
import { registryWithOwnImage, strayLayers } from '../support/own-image.ts';
import { until } from '../support/wait.ts';
import { type Asker, createAsker, type Tally } from './asker.ts';
import { createKiller } from './killer.ts';
import { liveImages, livePods, type Storm } from './lives.ts';
import { createRandom } from './random.ts';
import { checkResidents, makeResidents, removeResidents } from './residents.ts';

/**
 * storm.ts --kills N --seed N [--lives N] [--calm N]: a daemon that is killed N times at random moments while clients of both versions make, run, stop
 * and remove pods, and pull images. It calms down after so many kills: then the host must have what clients are told of, and goes on. At the end every
 * container that should run does, every exit code is right over both versions, and nothing is left behind. SIGINT ends it early, with the same checks.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    lives: { type: 'string', default: '6' },
    calm: { type: 'string', default: '100' },
  },
});
const [kills, seed, lives, calm] = [values.kills, values.seed, values.lives, values.calm].map(Number) as [
  number,
  number,
  number,
  number,
];

/** Time to look at a bed that is still. */
const CALM_MS = 2000;

const listing = async (asker: Asker) => {
  const { items } = await asker.ask(({ runtime }) => runtime.listPodSandbox({}));
  const { containers } = await asker.ask(({ runtime }) => runtime.listContainers({}));
  return { pods: items, containers };
};

/** What differs between host and listing and stays so. */
const lasting = async (bed: Bed, asker: Asker): Promise<readonly string[]> => {
  let last: readonly string[] = [];
  const agrees = async (): Promise<boolean> => {
    last = differences(bed, await listing(asker));
    return last.length === 0;
  };
  await until('the host settles', agrees, 30).catch(() => undefined);
  return last;
};

const tally: Tally = {
  kills: 0,
  killsBeforeServing: 0,
  calls: 0,
  answered: 0,
  repeated: 0,
  pods: 0,
  containers: 0,
  exitCodes: 0,
  pulls: 0,
  violations: [],
};

const run = async (): Promise<void> => {
  const random = createRandom(seed);
  const bed = makeBed('storm', 63);
  const registry = await registryWithOwnImage(bed);
  const connect = () => connectBoth(bed.socket);
  const asker = createAsker({ connect, random: random.fork(), tally });
  const start = () => spawnDaemon(bed, { 'insecure-registries': [registry.address], 'log-level': 'INFO' });
  const killer = createKiller({ start, random: random.fork(), tally });
  process.once('SIGINT', killer.stop);
  try {
    await killer.begin();
    const residents = await makeResidents(bed, asker);
    const storm = (): Storm => ({ bed, tally, asker, random: random.fork(), over: killer.isDone });
    const progress = setInterval(
      () => process.stderr.write(`${JSON.stringify({ ...tally, violations: tally.violations.slice(-3) })}\n`),
      30_000,
    );
    while (tally.kills < kills && !killer.hasStopped()) {
      await Promise.all([
        killer.rage(Math.min(calm, kills - tally.kills)),
        ...Array.from({ length: lives }, () => livePods(storm())),
        liveImages(storm(), registry.image),
      ]);
      tally.violations.push(...(await lasting(bed, asker)));
      console.log(`storm: calm after ${tally.kills} kills: ${tally.violations.length} violations`);
      await delay(CALM_MS);
    }
    clearInterval(progress);
    tally.violations.push(...(await checkResidents(residents, asker)));
    await removeResidents(residents, asker);
    await asker.ask(({ images }) => images.pullImage({ image: { image: registry.image } }));
    await asker.ask(({ images }) => images.removeImage({ image: { image: registry.image } }));
    tally.violations.push(...(await lasting(bed, asker)), ...strayLayers(bed).map((id) => `left image layer ${id}`));
    tally.violations.push(...mountsBelow(bed.directory).map((path) => `left mount ${path}`));
  } finally {
    asker.close();
    await killer.end();
    await registry.close();
    bed.dispose();
  }
};

const began = Date.now();
await run();
const { violations, ...counts } = tally;
for (const violation of violations) console.error(`storm: ${violation}`);
const seconds = Math.round((Date.now() - began) / 1000);
console.log(`storm: ${JSON.stringify({ seed, ...counts, seconds })}: ${violations.length} violations`);
await delay(0);
process.exit(violations.length === 0 ? 0 : 1);
