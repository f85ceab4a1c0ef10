import { status } from '@grpc/grpc-js';
import { type ErrorKind, JanusError } from '../../core/errors.ts';

/** The gRPC status of each kind of error, over every CRI version. */
export const statusOfKind: Readonly<Record<ErrorKind, status>> = {
  'invalid-argument': status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  'already-exists': status.ALREADY_EXISTS,
  'failed-precondition': status.FAILED_PRECONDITION,
  'resource-exhausted': status.RESOURCE_EXHAUSTED,
  unauthenticated: status.UNAUTHENTICATED,
  'permission-denied': status.PERMISSION_DENIED,
  unavailable: status.UNAVAILABLE,
  unimplemented: status.UNIMPLEMENTED,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unknown: status.UNKNOWN,
  internal: status.INTERNAL,
};

/** Trailers carry the message percent-encoded, and clients bound the size of trailers. */
const MAX_DETAILS = 4096;

/** Surrogates without their partner cannot be percent-encoded. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

export interface WireStatus {
  readonly code: status;
  readonly details: string;
}

/** What the client is told. Of errors that nobody meant for clients it learns only that there was one. */
export const wireStatus = (error: unknown): WireStatus =>
  error instanceof JanusError
    ? { code: statusOfKind[error.kind], details: wellFormed(error.message.slice(0, MAX_DETAILS)) }
    : { code: status.INTERNAL, details: 'internal error; see the log of janusd' };
