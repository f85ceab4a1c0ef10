import { median } from '../figures.ts';

/** Fewer rounds than this say nothing: the machine drifts by a quarter between minutes. */
export const LEAST_ROUNDS = 5;

export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Pair by pair: the rounds that followed each other are held against each other. Undefined: too few to say. */
export const ratioOf = (own: readonly number[], peer: readonly number[]): Ratio | undefined => {
  const pairs = own.flatMap((value, index) => {
    const other = peer[index];
    return other === undefined ? [] : [value / other];
  });
  if (pairs.length < LEAST_ROUNDS) return undefined;
  return { median: median(pairs), least: Math.min(...pairs), most: Math.max(...pairs) };
};
