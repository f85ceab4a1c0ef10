/** Versions of the CNI specification that are spoken, oldest first. */
const SPOKEN = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

/** A configuration or result that names no version means the first one. */
export const FIRST_VERSION = '0.1.0';

export const isSpoken = (version: string): boolean => SPOKEN.includes(version);

/** Results up to 0.2.0 hold `ip4` and `ip6` instead of `ips`. */
export const hasLegacyResult = (version: string): boolean => version === '0.1.0' || version === '0.2.0';

/** From 0.4.0 on DEL is given the result of ADD. */
export const takesResultOnDelete = (version: string): boolean => SPOKEN.indexOf(version) >= SPOKEN.indexOf('0.4.0');

/** The newest spoken version of a list; undefined: none of them is. */
export const newestSpoken = (versions: readonly string[]): string | undefined =>
  SPOKEN.findLast((version) => versions.includes(version));
