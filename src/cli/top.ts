import { setTimeout as delay } from 'node:timers/promises';
import type { PodUsage } from '../adapters/node/generated/node.ts';
import type { NodeApi } from './client.ts';
import { sizeText, tableText } from './output.ts';

export interface TopOptions {
  /** Seconds. */
  readonly delay: number;
  /** Undefined: until it is interrupted. */
  readonly iterations?: number;
  readonly print: (text: string) => void;
}

/** Clears the terminal and goes to its first line. */
const CLEAR = '\u001b[H\u001b[2J';

/** Per second, from two readings of a counter. */
const rate = (now: PodUsage, before: PodUsage | undefined, of: (pod: PodUsage) => bigint): number => {
  if (before === undefined || now.timestamp <= before.timestamp) return 0;
  return (Number(of(now) - of(before)) * 1e9) / Number(now.timestamp - before.timestamp);
};

const row = (now: PodUsage, before: PodUsage | undefined): readonly string[] => [
  now.namespace,
  now.name,
  `${(rate(now, before, ({ cpuNanoseconds }) => cpuNanoseconds) / 1e7).toFixed(1)}%`,
  sizeText(Number(now.memoryBytes)),
  String(now.processes),
  `${sizeText(rate(now, before, ({ receivedBytes }) => receivedBytes))}/s`,
  `${sizeText(rate(now, before, ({ sentBytes }) => sentBytes))}/s`,
];

/** The busiest first. 100% is one whole processor. */
export const usageTable = (now: readonly PodUsage[], before: readonly PodUsage[]): string => {
  const earlier = new Map(before.map((pod) => [pod.id, pod]));
  const cpu = (pod: PodUsage): number => rate(pod, earlier.get(pod.id), ({ cpuNanoseconds }) => cpuNanoseconds);
  const sorted = now.toSorted((a, b) => cpu(b) - cpu(a) || Number(b.memoryBytes - a.memoryBytes));
  return tableText(
    ['NAMESPACE', 'POD', 'CPU', 'MEMORY', 'PROCS', 'RECEIVED', 'SENT'],
    sorted.map((pod) => row(pod, earlier.get(pod.id))),
  );
};

/** Rates need two readings: the first view has none. */
export const runTop = async (
  api: Pick<NodeApi, 'status' | 'usage'>,
  { delay: seconds, iterations = Number.POSITIVE_INFINITY, print }: TopOptions,
): Promise<void> => {
  let before: readonly PodUsage[] = [];
  for (let turn = 0; turn < iterations; turn += 1) {
    if (turn > 0) await delay(seconds * 1000);
    const [status, { pods }] = await Promise.all([api.status(), api.usage()]);
    const clear = process.stdout.isTTY ? CLEAR : '';
    const head = `${pods.length} pods with figures, ${status.operations.length} verbs and ${status.pulls.length} pulls under way, daemon ${sizeText(Number(status.residentBytes))}\n\n`;
    print(`${clear}${head}${usageTable(pods, before)}`);
    before = pods;
  }
};
