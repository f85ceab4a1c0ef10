import { type ErrorKind, JanusError } from '../core/errors.ts';
import { lastReason } from '../host/tool-log.ts';

interface Reading {
  readonly kind: ErrorKind;
  readonly pattern: RegExp;
  /** How the message begins where the kubelet tells reasons apart by it, which it does under code UNKNOWN only. */
  readonly reason?: 'RegistryUnavailable' | 'SignatureValidationFailed';
}

// The only place that knows skopeo's words. The first reading that matches decides.
const READINGS: readonly Reading[] = [
  {
    kind: 'resource-exhausted',
    pattern:
      /no space left on device|disk quota exceeded|too ?many ?requests|status(?: ?code)?(?: from registry)?:? 429/i,
  },
  { kind: 'unknown', pattern: /source image rejected/i, reason: 'SignatureValidationFailed' },
  {
    kind: 'unauthenticated',
    pattern:
      /unauthorized|authentication required|invalid username\/password|status(?: ?code)?(?: from registry)?:? 401/i,
  },
  { kind: 'permission-denied', pattern: /\bdenied(?:: |$)|forbidden|status(?: ?code)?(?: from registry)?:? 403/i },
  {
    kind: 'not-found',
    pattern:
      /(?:manifest|name|repository) (?:name )?(?:unknown|not known)|not found|status(?: ?code)?(?: from registry)?:? 404/i,
  },
  { kind: 'not-found', pattern: /no image found in (?:manifest list|image index)/i },
  { kind: 'invalid-argument', pattern: /invalid source name/i },
  {
    kind: 'unknown',
    // A layer whose compression ends too early is told in the words of a connection that does, but with no reading in between.
    pattern:
      /connection re(?:fused|set)|no such host|server misbehaving|i\/o timeout|timeout exceeded|deadline exceeded|TLS handshake|unreachable|no route to host|(?<!to file "[^"]*": unexpected )\bEOF$|status(?: ?code)?(?: from registry)?:? 5\d\d/i,
    reason: 'RegistryUnavailable',
  },
];

/** Failures that the next attempt does not meet: a killed pull was being cleaned up, or a shared layer was removed meanwhile. */
const TRANSIENT = /directory not empty|layer not known/i;

export const isTransient = (stderr: string): boolean => TRANSIENT.test(reasonOf(stderr));

/** The error of a pull, from what skopeo wrote to its standard error. The message names the reference and the reason. */
export const pullError = (reference: string, stderr: string): JanusError => {
  const reason = reasonOf(stderr);
  const reading = READINGS.find(({ pattern }) => pattern.test(originReason(reason)));
  return failure(reading, `pulling ${reference}: ${reason}`);
};

/** A registry that stopped sending. */
export const stalledError = (reference: string, seconds: number): JanusError =>
  new JanusError('unknown', `RegistryUnavailable: pulling ${reference}: no progress for ${seconds} seconds`);

const failure = (reading: Reading | undefined, message: string): JanusError => {
  if (reading === undefined) return new JanusError('unknown', message);
  return new JanusError(reading.kind, reading.reason === undefined ? message : `${reading.reason}: ${message}`);
};

const MAX_REASON = 2000;

const reasonOf = (stderr: string): string => {
  const text = lastReason(stderr);
  return text === '' ? 'skopeo failed without a reason' : text.slice(0, MAX_REASON);
};

/** With mirrors, what the origin said, which was asked last. */
const originReason = (reason: string): string => reason.replace(/^.*\(Mirrors also failed: .*\]\): /s, '');
