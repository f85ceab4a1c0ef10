import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Contestant } from './contestant.ts';

export interface Machine {
  readonly rounds: number;
  readonly description: string;
}

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(', ');

/** Where it was measured, and how busy the machine was before and after: a load that is not the race's own makes all figures worse. */
export const watchMachine = (contestants: readonly Contestant[], rounds: number): (() => Machine) => {
  const before = load();
  const [cpu] = cpus();
  const where = `${cpus().length} x ${cpu?.model ?? 'unknown processor'}, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()}, Node ${process.version}`;
  const versions = contestants.map(({ name, version }) => `${name} ${version}`).join(', ');
  return () => ({
    rounds,
    description: `${where}; ${versions}; load average ${before} before and ${load()} after.`,
  });
};
