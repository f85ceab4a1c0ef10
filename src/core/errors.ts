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

const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** The kind of anything thrown: a deadline that has passed and a full disk are known wherever they come from. */
export const kindOf = (error: unknown): ErrorKind => {
  if (error instanceof JanusError) return error.kind;
  if (error instanceof Error && error.name === 'TimeoutError') return 'deadline-exceeded';
  return NO_ROOM.includes(errnoOf(error) ?? '') ? 'resource-exhausted' : 'internal';
};

/** Gives a failure that has a kind the form that clients are told; `doing` says what failed. Anything else stays as it is. */
export const categorised = (error: unknown, doing: string): unknown => {
  const kind = kindOf(error);
  if (error instanceof JanusError || kind === 'internal') return error;
  return new JanusError(kind, `${doing}: ${messageOf(error)}`, { cause: error });
};

/** Keeps both the failure and what failed while cleaning up after it; the kind is the first failure's. */
export const withCleanupFailures = (failure: unknown, cleanup: readonly unknown[]): unknown => {
  if (cleanup.length === 0) return failure;
  const left = cleanup.map(messageOf).join('; ');
  return new JanusError(kindOf(failure), `${messageOf(failure)} (and cleaning up failed: ${left})`, {
    cause: new AggregateError([failure, ...cleanup]),
  });
};

/** Closes an exhaustive switch: does not compile while a case is missing. */
export const assertNever = (value: never): never => {
  throw new JanusError('internal', `unexpected value ${JSON.stringify(value)}`);
};
