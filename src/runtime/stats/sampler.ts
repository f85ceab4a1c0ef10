import type { CgroupUsage } from '../../core/ports/stats.ts';
import type { Turns } from './turns.ts';

/** Milliseconds of a clock that is never set. */
export type Now = () => number;

/** Figures serve every caller for this long. Less than the second that clients leave between two samples of a rate. */
export const FRESH_MS = 500;
/** A rate over less than this is noise: then the last one stands. */
export const RATE_MS = 1000;

const FORGET_MS = 10 * 60_000;
const SWEEP_MS = 60_000;

interface Sample {
  readonly at: number;
  readonly usage: CgroupUsage;
  /** The reading that the next rate begins at. */
  readonly base: { readonly at: number; readonly used: bigint };
  readonly rate: bigint | undefined;
}

/** Nanoseconds of processor time over milliseconds, in billionths of a core. */
const rateOf = (used: bigint, milliseconds: number): bigint =>
  (used * 1_000_000n) / BigInt(Math.round(milliseconds * 1000));

const next = (previous: Sample | undefined, usage: CgroupUsage, at: number): Sample => {
  const used = usage.cpu.usageCoreNanoSeconds;
  const fresh = { at, usage, base: { at, used }, rate: undefined };
  // Less than before: the cgroup was made anew.
  if (previous === undefined || used < previous.base.used) return fresh;
  const since = at - previous.base.at;
  if (since < RATE_MS) return { ...fresh, base: previous.base, rate: previous.rate };
  return { ...fresh, rate: rateOf(used - previous.base.used, since) };
};

const withRate = ({ usage, rate }: Sample): CgroupUsage => ({ ...usage, cpu: { ...usage.cpu, usageNanoCores: rate } });

/** Keeps the last reading of each cgroup, by any key that names it: for its callers to share, and for the rate between two readings. */
export const createSampler = (now: Now, takeTurn: Turns) => {
  const samples = new Map<string, Sample>();
  let swept = now();

  const fresh = (key: string): CgroupUsage | undefined => {
    const sample = samples.get(key);
    return sample !== undefined && now() - sample.at < FRESH_MS ? withRate(sample) : undefined;
  };

  const sweep = (): void => {
    if (now() - swept < SWEEP_MS) return;
    swept = now();
    for (const [key, { at }] of samples) if (swept - at > FORGET_MS) samples.delete(key);
  };

  const take = (key: string, read: () => CgroupUsage | undefined): CgroupUsage | undefined => {
    const usage = read();
    if (usage === undefined) {
      samples.delete(key);
      return undefined;
    }
    const sample = next(samples.get(key), usage, now());
    samples.set(key, sample);
    sweep();
    return withRate(sample);
  };

  /** `read` is short and synchronous; undefined: there is no such cgroup any more. */
  return async (key: string, read: () => CgroupUsage | undefined): Promise<CgroupUsage | undefined> =>
    fresh(key) ?? takeTurn(() => fresh(key) ?? take(key, read));
};
