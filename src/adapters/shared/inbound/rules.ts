import { invalidArgument } from '../../../core/errors.ts';

/** The rules that many fields share. `field` is the path of the field in CRI's spelling, for the error. */

export const required = <T>(value: T | undefined, field: string): T => {
  if (value === undefined) throw invalidArgument(field, 'must be set');
  return value;
};

/** Messages that only mean something on Windows. */
export const absentOnLinux = (value: object | undefined, field: string): void => {
  if (value !== undefined) throw invalidArgument(field, 'must not be set: this is Linux');
};

export const text = (value: string, field: string): string => {
  if (value.includes('\0')) throw invalidArgument(field, 'must not hold NUL');
  return value;
};

export const filled = (value: string, field: string): string => {
  if (value === '') throw invalidArgument(field, 'must not be empty');
  return text(value, field);
};

export const texts = (values: readonly string[], field: string): readonly string[] =>
  values.map((value, index) => text(value, `${field}[${index}]`));

/** `rule` tells in words what `pattern` says. */
export const matching = (
  value: string,
  field: string,
  { pattern, rule }: { pattern: RegExp; rule: string },
): string => {
  if (!pattern.test(value)) throw invalidArgument(field, rule);
  return value;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const BLANK_OR_CONTROL = /[\s\u0000-\u001f\u007f]/;

export const word = (value: string, field: string): string => {
  if (BLANK_OR_CONTROL.test(value)) throw invalidArgument(field, 'must not hold blanks or control characters');
  return value;
};

export const absolutePath = (value: string, field: string): string => {
  if (!value.startsWith('/')) throw invalidArgument(field, 'must be an absolute path');
  return text(value, field);
};

export const absolutePathOrEmpty = (value: string, field: string): string =>
  value === '' ? value : absolutePath(value, field);

export const climbs = (path: string): boolean => path.split('/').includes('..');

/** A path that stays below the directory it is joined to; may be empty. */
export const relativePath = (value: string, field: string): string => {
  if (value.startsWith('/')) throw invalidArgument(field, 'must be a relative path');
  if (climbs(value)) throw invalidArgument(field, 'must not hold ".."');
  return text(value, field);
};

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The range that a `number` holds exactly. */
export const SAFE: Range = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
export const NOT_NEGATIVE: Range = { min: 0, max: Number.MAX_SAFE_INTEGER };

export const integer = (value: bigint | number, field: string, { min, max }: Range): number => {
  if (value < min || value > max) throw invalidArgument(field, `must be from ${min} to ${max}`);
  return Number(value);
};

/** The core's word for a value of a wire enum. */
export const enumValue = <T>(value: number, field: string, words: Readonly<Record<number, T>>): T => {
  const known = words[value];
  if (known === undefined) throw invalidArgument(field, `has the unknown value ${value}`);
  return known;
};

/** Labels and annotations. */
export const textMap = (map: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> => {
  for (const [key, value] of Object.entries(map)) {
    text(key, field);
    text(value, `${field}[${JSON.stringify(key)}]`);
  }
  return { ...map };
};
