import type { LogFields } from '../core/ports/logger.ts';

/** A last defence: no credential should get as far as a log call. */
const SECRET = /passw(?:or)?d|secret|token|credential|authorization|auth$/i;
const MAX_DEPTH = 6;
const MAX_TEXT = 8192;

/**
 * What of the fields goes into the log: credentials replaced, errors with their chain of causes, everything as JSON
 * can hold it. Never throws.
 */
export const plainFields = (fields: LogFields): Readonly<Record<string, unknown>> => plainObject(fields, 0);

const plainObject = (value: object, depth: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, SECRET.test(key) ? '[redacted]' : plain(each, depth + 1)]),
  );

const plain = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}...` : value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  // Deep enough to tell what it is; also the end of what holds itself.
  if (depth > MAX_DEPTH) return '...';
  return plainComposite(value, depth);
};

const plainComposite = (value: object, depth: number): unknown => {
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Uint8Array) return `${String(value.length)} bytes`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof Map) return plainObject(Object.fromEntries(value as Map<string, unknown>), depth);
  if (value instanceof Set || Array.isArray(value)) return Array.from(value, (each) => plain(each, depth + 1));
  return plainObject(value, depth);
};

/** What is neither one of our errors nor the system's is a fault of the program, and needs its stack. */
const isExpected = (error: object): boolean => 'kind' in error || 'code' in error;

const plainError = (error: Error, depth: number): unknown => ({
  message: plain(error.message, depth),
  ...plainObject({ ...error }, depth),
  ...(isExpected(error) ? {} : { stack: error.stack }),
  ...(error.cause === undefined ? {} : { cause: plain(error.cause, depth + 1) }),
  ...(error instanceof AggregateError ? { errors: plain(error.errors, depth + 1) } : {}),
});
