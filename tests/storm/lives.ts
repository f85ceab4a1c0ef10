import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Bed } from '../support/bed.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import type { Asker, Tally } from './asker.ts';
import type { Random } from './random.ts';

/** How a container ends, and with which code. */
interface Fate {
  readonly name: string;
  readonly script: string;
  readonly exitCode: number;
  /** Grace of the stop that ends it; undefined: it ends by itself. */
  readonly grace: bigint | undefined;
}

/** For ever, at no cost; a signal that is trapped ends it. */
export const WAIT = 'sleep 1000000 & wait';

/** Signals are heeded from then on. */
const SAY = 'echo hello;';

const fateOf = (random: Random): Fate => {
  const code = 1 + random.below(120);
  const fates: readonly Fate[] = [
    { name: 'ends', script: `sleep 0.${random.below(9)}; exit ${code}`, exitCode: code, grace: undefined },
    {
      name: 'listens',
      script: `trap "exit ${code}" TERM; ${SAY} ${WAIT}`,
      exitCode: code,
      grace: 30n,
    },
    { name: 'ignores', script: `trap "" TERM; ${SAY} ${WAIT}`, exitCode: 137, grace: 1n },
    { name: 'is-killed', script: `${SAY} ${WAIT}`, exitCode: 137, grace: 0n },
  ];
  return fates[random.below(fates.length)] as Fate;
};

export interface Storm {
  readonly bed: Bed;
  readonly asker: Asker;
  readonly random: Random;
  readonly tally: Tally;
  over(): boolean;
}

const EXITED = 2;
const RUNNING = 1;

const stateOf = async ({ asker }: Storm, containerId: string) => {
  const { status: seen } = await asker.ask(({ runtime }) => runtime.containerStatus({ containerId }));
  return { state: seen?.state ?? -1, exitCode: seen?.exitCode ?? -1, reason: seen?.reason ?? '' };
};

/** A start whose answer was lost may be asked for again when the container has ended already. */
const start = async (storm: Storm, containerId: string): Promise<void> => {
  try {
    await storm.asker.ask(({ runtime }) => runtime.startContainer({ containerId }));
  } catch (error) {
    const { state } = await stateOf(storm, containerId);
    if ((error as { code?: unknown }).code !== status.FAILED_PRECONDITION || state !== EXITED) throw error;
  }
};

const END_MS = 60_000;

interface Life extends Fate {
  readonly containerId: string;
  readonly log: string;
}

/** Sees a container through to its end, and that both versions give its exit code. */
const seeEnd = async (storm: Storm, { containerId, log, name, exitCode, grace }: Life): Promise<void> => {
  const { asker, random, tally } = storm;
  await delay(random.below(300));
  if (grace !== undefined) {
    await until('it heeds signals', () => readFileSync(log, 'utf8').includes('hello'), 60);
    const { state } = await stateOf(storm, containerId);
    if (state !== RUNNING) tally.violations.push(`${containerId} (${name}) was lost: state ${state}`);
    await asker.ask(({ runtime }) => runtime.stopContainer({ containerId, timeout: grace }));
  }
  const deadline = Date.now() + END_MS;
  while ((await stateOf(storm, containerId)).state !== EXITED && Date.now() < deadline) await delay(50);
  for (const { status: seen } of await asker.both(({ runtime }) => runtime.containerStatus({ containerId }))) {
    tally.exitCodes += 1;
    if (seen?.state !== EXITED || seen.exitCode !== exitCode)
      tally.violations.push(
        `${containerId} (${name}): state ${seen?.state}, exit code ${seen?.exitCode} (${seen?.reason}), not ${exitCode}`,
      );
  }
};

/** One pod from its making to its removal; some are left to be removed as they run. */
const live = async (storm: Storm): Promise<void> => {
  const { bed, asker, random, tally } = storm;
  const config = podConfig(bed);
  const { podSandboxId } = await asker.ask(({ runtime }) => runtime.runPodSandbox({ config }));
  tally.pods += 1;
  const containers = 1 + random.below(2);
  for (let index = 0; index < containers; index += 1) {
    const fate = fateOf(random);
    const container = containerConfig(`c${index}`, { command: ['sh', '-c', fate.script] });
    const { containerId } = await asker.ask(({ runtime }) =>
      runtime.createContainer({ podSandboxId, config: container, sandboxConfig: config }),
    );
    tally.containers += 1;
    if (random.chance(0.1)) continue;
    await start(storm, containerId);
    const log = join(config.logDirectory, `c${index}.log`);
    if (random.chance(0.8)) await seeEnd(storm, { ...fate, containerId, log });
    if (random.chance(0.5)) await asker.ask(({ runtime }) => runtime.removeContainer({ containerId }));
  }
  for (const { status: seen } of await asker.both(({ runtime }) => runtime.podSandboxStatus({ podSandboxId })))
    if (seen?.state !== 0) tally.violations.push(`pod ${podSandboxId} is not ready any more`);
  if (random.chance(0.7)) await asker.ask(({ runtime }) => runtime.stopPodSandbox({ podSandboxId }));
  await asker.ask(({ runtime }) => runtime.removePodSandbox({ podSandboxId }));
};

/** Lives one after the other until the storm is over. */
export const livePods = async (storm: Storm): Promise<void> => {
  while (!storm.over())
    await live(storm).catch((error: unknown) => {
      storm.tally.violations.push(`a verb failed: ${String(error)}`);
    });
};

/** Pulls an image and removes it, again and again. */
export const liveImages = async (storm: Storm, image: string): Promise<void> => {
  const { asker, random, tally } = storm;
  while (!storm.over()) {
    try {
      await asker.ask(({ images }) => images.pullImage({ image: { image } }));
      tally.pulls += 1;
      await delay(random.below(500));
      await asker.ask(({ images }) => images.removeImage({ image: { image } }));
    } catch (error) {
      tally.violations.push(`an image verb failed: ${String(error)}`);
    }
  }
};
