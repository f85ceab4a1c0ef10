/**
 * What went wrong, in words that do not depend on the wire. Each kind has exactly one gRPC status
 * (src/adapters/shared/status.ts), so a kind is chosen for what the caller should do next.
 */
export type ErrorKind =
  | 'invalid-argument'
  | 'not-found'
  | 'already-exists'
  | 'failed-precondition'
  | 'resource-exhausted'
  | 'unauthenticated'
  | 'permission-denied'
  | 'unavailable'
  | 'unimplemented'
  | 'deadline-exceeded'
  | 'cancelled'
  | 'unknown'
  | 'internal';

/** The one error type that crosses module borders. `cause` is for the log and never leaves the daemon. */
export class JanusError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'JanusError';
    this.kind = kind;
  }
}

/** A request field that breaks a rule: names the field (in CRI spelling) and the rule. */
export const invalidArgument = (field: string, rule: string): JanusError =>
  new JanusError('invalid-argument', `${field}: ${rule}`);

export const notFound = (noun: 'sandbox' | 'container' | 'image', id: string): JanusError =>
  new JanusError('not-found', `${noun} ${JSON.stringify(id)} does not exist`);

export const isKind = (error: unknown, kind: ErrorKind): boolean => error instanceof JanusError && error.kind === kind;

/** Text of anything thrown, for messages and logs. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Errno name ("ENOENT") of a system error, if it is one. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Keeps both the failure and what failed while cleaning up after it; the kind is the first failure's. */
export const withCleanupFailures = (failure: unknown, cleanup: readonly unknown[]): unknown => {
  if (cleanup.length === 0) return failure;
  const kind = failure instanceof JanusError ? failure.kind : 'internal';
  const left = cleanup.map(messageOf).join('; ');
  return new JanusError(kind, `${messageOf(failure)} (and cleaning up failed: ${left})`, {
    cause: new AggregateError([failure, ...cleanup]),
  });
};

/** Closes an exhaustive switch: does not compile while a case is missing. */
export const assertNever = (value: never): never => {
  throw new JanusError('internal', `unexpected value ${JSON.stringify(value)}`);
};
