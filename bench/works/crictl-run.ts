import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerState } from '../../src/adapters/v1/generated/api.ts';
import { tool } from '../../tests/support/paths.ts';
import { until } from '../../tests/support/wait.ts';
import type { EngineAccess, Pods } from '../contestant.ts';
import { lower } from '../fleet.ts';
import { timed } from '../timed.ts';
import type { Samples, Work } from '../work.ts';
import { WORKLOAD } from '../workload.ts';

const COUNT = 100;
const SECONDS = 300;
const NAME = `${COUNT} crictl run at once`;

/** The two files that crictl takes; the names of the pods differ. */
const writeConfigs = (
  directory: string,
  { image, cgroupParent }: EngineAccess,
  index: number,
): readonly [string, string] => {
  const [container, pod] = [join(directory, 'container.json'), join(directory, `pod-${index}.json`)];
  const metadata = { name: `run-${index}`, uid: `run-${index}`, namespace: 'bench', attempt: 0 };
  const linux = { cgroup_parent: cgroupParent };
  writeFileSync(pod, JSON.stringify({ metadata, log_directory: join(directory, `${index}`), linux }));
  writeFileSync(
    container,
    JSON.stringify({
      metadata: { name: 'main' },
      image: { image },
      command: WORKLOAD,
      log_path: 'main.log',
      linux: {},
    }),
  );
  return [container, pod];
};

const crictlRun = async (crictl: string, socket: string, configs: readonly [string, string]): Promise<void> => {
  const endpoint = `unix://${socket}`;
  const flags = ['--config', '/dev/null', '-r', endpoint, '-i', endpoint, '--timeout', `${SECONDS}s`];
  const child = spawn(crictl, [...flags, 'run', '--no-pull', ...configs], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: SECONDS * 1000,
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`crictl run ended with ${code}`);
};

const RUNNING = { state: { state: ContainerState.CONTAINER_RUNNING } };

const untilListed = ({ cri: { runtime } }: EngineAccess) =>
  until(
    `${COUNT} containers run`,
    async () => {
      const { containers } = await runtime.listContainers({ filter: RUNNING });
      return containers.length >= COUNT ? containers : undefined;
    },
    SECONDS,
  );

const inDirectory = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
  const directory = mkdtempSync(join(tmpdir(), 'janus-bench-run-'));
  return work(directory).finally(() => rmSync(directory, { recursive: true }));
};

const round = async (
  engine: EngineAccess,
  { pods, crictl, directory }: { readonly pods: Pods; readonly crictl: string; readonly directory: string },
): Promise<number> => {
  const configs = Array.from({ length: COUNT }, (_, index) => writeConfigs(directory, engine, index));
  const [took, containers] = await timed(async () => {
    await Promise.all(configs.map((each) => crictlRun(crictl, engine.socket, each)));
    return untilListed(engine);
  });
  await lower(
    pods,
    containers.map(({ id, podSandboxId }) => ({ podSandboxId, containerId: id })),
  );
  return took;
};

/** iSulad's published test: a hundred clients at once, until all that they ran is listed. The clients' own work is in it. */
export const crictlRuns: Work = {
  name: 'crictl-run',
  figures: [{ name: NAME, unit: 'ms', of: 'p50' }],
  prepare: ({ engine, pods }) => {
    const crictl = tool('crictl-1.36') ?? tool('crictl-1.29') ?? tool('crictl-1.25');
    if (engine === undefined || crictl === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      round: async (): Promise<Samples> => ({
        [NAME]: [await inDirectory((directory) => round(engine, { pods, crictl, directory }))],
      }),
      close: () => Promise.resolve(),
    });
  },
};
