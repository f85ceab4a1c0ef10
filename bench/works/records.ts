import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../tests/support/wait.ts';
import type { EngineAccess } from '../contestant.ts';
import { inTurn } from '../timed.ts';
import type { Figure, Samples, Work } from '../work.ts';

const CALLS = 50;
const CALLED = ['ListContainers', 'ContainerStatus', 'PodSandboxStatus'] as const;

/** Copies of the record of a container that has exited, each with an id and a name of its own. Gives their files. */
const multiply = (directory: string, id: string, count: number): readonly string[] => {
  const text = readFileSync(join(directory, `${id}.json`), 'utf8');
  return Array.from({ length: count }, () => {
    const own = randomBytes(32).toString('hex');
    const path = join(directory, `${own}.json`);
    writeFileSync(path, text.replaceAll(id, own).replaceAll('k8s_main_', `k8s_main-${own}_`));
    return path;
  });
};

const answers = (engine: EngineAccess): Promise<unknown> =>
  until('the daemon answers again', () => engine.cri.runtime.version({}).catch(() => undefined));

/**
 * The lists of a node with thousands of containers: synthetic records, without processes. Only of an engine whose records are files, so that there is no peer:
 * the figures show how the cost grows.
 */
export const records = (count: number): Work => ({
  name: `records-${count}`,
  figures: CALLED.map((name): Figure => ({ name: `${name}, ${count} records`, unit: 'ms', of: 'p50' })),
  prepare: async ({ engine, pods }) => {
    if (engine?.records === undefined) return undefined;
    const { runtime } = engine.cri;
    // Of another pod than all the others: what is asked about it has the same answer at any count.
    const beside = await pods.up();
    const pod = await pods.up();
    const { podSandboxId, containerId } = pod;
    await runtime.stopContainer({ containerId, timeout: 30n });
    await runtime.stopPodSandbox({ podSandboxId });
    const files = multiply(join(engine.records, 'containers'), containerId, count - 1);
    await engine.restart();
    await answers(engine);
    const { containers } = await runtime.listContainers({});
    if (containers.length !== count + 1) throw new Error(`${containers.length} of ${count + 1} containers are listed`);
    return {
      round: async (): Promise<Samples> => ({
        [`ListContainers, ${count} records`]: await inTurn(() => runtime.listContainers({}), CALLS),
        [`ContainerStatus, ${count} records`]: await inTurn(() => runtime.containerStatus({ containerId }), CALLS),
        [`PodSandboxStatus, ${count} records`]: await inTurn(
          () => runtime.podSandboxStatus({ podSandboxId: beside.podSandboxId }),
          CALLS,
        ),
      }),
      close: async () => {
        for (const file of files) rmSync(file, { force: true });
        await engine.restart();
        await answers(engine);
        await pods.down(pod);
        await pods.down(beside);
      },
    };
  },
});
