/** Arithmetic over measured values. Nothing here rounds: what is printed decides that. */

const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);

/** Of an empty list: NaN. `share` from 0 to 1; the nearest rank. */
export const percentile = (values: readonly number[], share: number): number => {
  const rank = Math.max(Math.ceil(share * values.length), 1);
  return sorted(values)[rank - 1] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => {
  const ranks = sorted(values);
  const middle = ranks.length / 2;
  if (!Number.isInteger(middle)) return ranks[Math.floor(middle)] ?? Number.NaN;
  return ((ranks[middle - 1] ?? Number.NaN) + (ranks[middle] ?? Number.NaN)) / 2;
};

/** Half of the distance between the quartiles, as a share of the median: how much one value can be trusted. */
export const noise = (values: readonly number[]): number =>
  (percentile(values, 0.75) - percentile(values, 0.25)) / 2 / median(values);
