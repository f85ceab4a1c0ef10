import { JanusError } from '../core/errors.ts';

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/;
const LONGEST = 64;

const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

const invalid = (text: string): JanusError =>
  new JanusError('invalid-argument', `${JSON.stringify(text.slice(0, LONGEST))} is not a quantity`);

const ceilDiv = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** Power of ten that a suffix stands for; a binary suffix stands for none. */
const decimalExponent = (suffix: string): number =>
  DECIMAL[suffix] ?? (/^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : 0);

/**
 * A Kubernetes quantity (apimachinery `resource.Quantity`) as a whole number, rounded away from zero.
 * Anything else: "invalid-argument".
 */
export const parseQuantity = (text: string): bigint => {
  const match = text.length <= LONGEST ? FORM.exec(text) : null;
  if (!match) throw invalid(text);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') throw invalid(text);
  const exponent = decimalExponent(suffix) - fraction.length;
  const digits = BigInt(whole + fraction) << (BINARY[suffix] ?? 0n);
  const size = exponent >= 0 ? digits * 10n ** BigInt(exponent) : ceilDiv(digits, 10n ** BigInt(-exponent));
  return sign === '-' ? -size : size;
};
