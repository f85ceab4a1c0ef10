import type { Bed } from '../support/bed.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import type { Asker } from './asker.ts';
import { WAIT } from './lives.ts';

/** A container that runs through the whole storm. */
interface Resident {
  readonly podSandboxId: string;
  readonly containerId: string;
  readonly startedAt: bigint;
}

const COUNT = 5;
const CODE = 42;
const SCRIPT = `trap "exit ${CODE}" TERM; ${WAIT}`;

const make = async (bed: Bed, asker: Asker): Promise<Resident> => {
  const config = podConfig(bed);
  const { podSandboxId } = await asker.ask(({ runtime }) => runtime.runPodSandbox({ config }));
  const { containerId } = await asker.ask(({ runtime }) =>
    runtime.createContainer({
      podSandboxId,
      config: containerConfig('resident', { command: ['sh', '-c', SCRIPT] }),
      sandboxConfig: config,
    }),
  );
  await asker.ask(({ runtime }) => runtime.startContainer({ containerId }));
  const { status } = await asker.ask(({ runtime }) => runtime.containerStatus({ containerId }));
  return { podSandboxId, containerId, startedAt: status?.startedAt ?? 0n };
};

export const makeResidents = async (bed: Bed, asker: Asker): Promise<readonly Resident[]> =>
  Promise.all(Array.from({ length: COUNT }, () => make(bed, asker)));

const check = async ({ containerId, startedAt }: Resident, asker: Asker): Promise<readonly string[]> => {
  const seen = await asker.both(({ runtime }) => runtime.containerStatus({ containerId }));
  const lost = seen.filter(({ status }) => status?.state !== 1 || status.startedAt !== startedAt);
  await asker.ask(({ runtime }) => runtime.stopContainer({ containerId, timeout: 30n }));
  const ended = await asker.both(({ runtime }) => runtime.containerStatus({ containerId }));
  const wrong = ended.filter(({ status }) => status?.exitCode !== CODE);
  return [
    ...lost.map(({ status }) => `resident ${containerId} was lost: state ${status?.state}`),
    ...wrong.map(({ status }) => `resident ${containerId} ended with ${status?.exitCode}, not ${CODE}`),
  ];
};

/** Each still runs since it was started, and ends as it is told to. */
export const checkResidents = async (residents: readonly Resident[], asker: Asker): Promise<readonly string[]> =>
  (await Promise.all(residents.map((resident) => check(resident, asker)))).flat();

export const removeResidents = async (residents: readonly Resident[], asker: Asker): Promise<void> => {
  await Promise.all(
    residents.map(({ podSandboxId }) => asker.ask(({ runtime }) => runtime.removePodSandbox({ podSandboxId }))),
  );
};
