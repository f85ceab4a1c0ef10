import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import { initOf } from './cgroups.ts';
import type { Node } from './node.ts';
import type { Api } from './options.ts';
import { idOf, type Pod } from './pods.ts';

/** All by which a restart, or a new pod, would show. */
export interface Identity {
  readonly uid: string;
  readonly address: string;
  readonly containers: string;
  /** The first process of each container, with the moment it started. */
  readonly processes: string;
  readonly startedAt: string;
  readonly restarts: number;
  /** The directory of the pod's logs. */
  readonly logs: string;
}

const processOf = (containerId: string): string => {
  const { pid, startTime } = initOf(containerId);
  return `${pid}@${startTime}`;
};

export const identityOf = ({ metadata, status }: Pod): Identity => {
  const containers = status.containerStatuses ?? [];
  return {
    uid: metadata.uid,
    address: status.podIP ?? '',
    containers: containers.map(idOf).join(' '),
    processes: containers.map((container) => processOf(idOf(container))).join(' '),
    startedAt: containers.map(({ state }) => state.running?.startedAt).join(' '),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    logs: join('/var/log/pods', `${metadata.namespace}_${metadata.name}_${metadata.uid}`, 'main'),
  };
};

const linesOf = (logs: string): readonly number[] =>
  readdirSync(logs).flatMap((file) =>
    [...readFileSync(join(logs, file), 'utf8').matchAll(/ F line (\d+)$/gm)].map(([, number]) => Number(number)),
  );

export const lastLine = (logs: string): number => Math.max(...linesOf(logs));

/** Of the lines numbered from 1 on, those that are not there, or are there twice. */
export const lostLines = (logs: string): number => {
  const lines = linesOf(logs);
  return lastLine(logs) - new Set(lines).size + (lines.length - new Set(lines).size);
};

/** The version over which the kubelet looks at its pods from now on. */
export const speaks = (node: Node): Promise<Api> => {
  const mark = node.daemon().log().length;
  return until('the kubelet looks', () => {
    const [, version] = / version=(\S+) method=ListPodSandbox code=OK/.exec(node.daemon().log().slice(mark)) ?? [];
    return version as Api | undefined;
  });
};
