import { createHash } from 'node:crypto';

const sorted = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Equal for values of equal content, whatever the order of their keys: to tell the same request from another one. */
export const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
