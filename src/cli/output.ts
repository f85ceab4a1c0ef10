import { stringify } from 'yaml';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** 64-bit numbers of Janus' API are times, sizes and counts, which a double holds. */
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

/** The value as programs read it. */
export const dataText = (value: unknown, format: Exclude<Format, 'table'>): string => {
  const json = JSON.stringify(value, plain, 2);
  return format === 'json' ? `${json}\n` : stringify(JSON.parse(json));
};

// What pods are named by others must not drive the terminal that shows it.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/gu;
const shown = (cell: string): string => cell.replace(UNPRINTABLE, '?');

/** Columns as wide as they need to be; the last one is not filled up. Nothing at all when there are no rows. */
export const tableText = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return '';
  const all = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
export const sizeText = (bytes: number): string => {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)}${UNITS[power] ?? ''}`;
};

/** `3.2s`, `5m`, `7h`, `12d`. */
export const ageText = (milliseconds: number): string => {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
};
