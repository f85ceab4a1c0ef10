import { describe, expect, test } from 'vitest';
import { isTransient, pullError } from '../../../src/images/pull-errors.ts';

const fatal = (message: string): string =>
  `time="2026-01-01T00:00:00Z" level=warning msg="denied: not this one"\ntime="2026-01-01T00:00:00Z" level=fatal msg=${JSON.stringify(message)}\n`;
const reading = (message: string): string =>
  `initializing source docker://r/a:1: reading manifest 1 in r/a: ${message}`;
const pinging = (message: string): string =>
  `initializing source docker://r/a:1: pinging container registry r: Get "https://r/v2/": ${message}`;

describe('what skopeo says, and what it means', () => {
  test.each([
    [reading('manifest unknown: manifest unknown'), 'not-found'],
    [reading('name unknown: repository name not known to registry'), 'not-found'],
    [reading('StatusCode: 404, <html>'), 'not-found'],
    [
      'choosing an image from manifest list docker://r/a:1: no image found in image index for architecture s390x, variant "", OS linux',
      'not-found',
    ],
    [reading('unauthorized: authentication required'), 'unauthenticated'],
    [
      'initializing source docker://r/a:1: unable to retrieve auth token: invalid username/password: unauthorized: x',
      'unauthenticated',
    ],
    [reading('denied: requested access to the resource is denied'), 'permission-denied'],
    [reading('denied'), 'permission-denied'],
    [reading('StatusCode: 403, <html>'), 'permission-denied'],
    [reading('toomanyrequests: You have reached your pull rate limit'), 'resource-exhausted'],
    [reading('received unexpected HTTP status: 429 Too Many Requests'), 'resource-exhausted'],
    ['writing blob: storing blob to file "/v/1": write /v/1: no space left on device', 'resource-exhausted'],
    ['Invalid source name docker://[::1]/a: invalid reference format', 'invalid-argument'],
    ['writing blob: adding layer: something new', 'unknown'],
    ['writing blob: storing blob to file "/v/1": unexpected EOF', 'unknown'],
  ])('%s', (message, kind) => {
    const error = pullError('r/a:1', fatal(message));
    expect(error.kind).toBe(kind);
    expect(error.message).toBe(`pulling r/a:1: ${message}`);
  });

  test.each([
    pinging('dial tcp 127.0.0.1:1: connect: connection refused'),
    pinging('dial tcp: lookup r on 10.0.0.1:53: no such host'),
    pinging('dial tcp 192.0.2.1:443: i/o timeout'),
    pinging('net/http: TLS handshake timeout'),
    pinging('EOF'),
    reading('received unexpected HTTP status: 503 Service Unavailable'),
    'initializing source docker://r/a:1: pinging container registry r: invalid status code from registry 503 (Service Unavailable)',
    'writing blob: storing blob to file "/v/1": happened during read: unexpected EOF',
  ])('the registry is unavailable: %s', (message) => {
    expect(pullError('r/a:1', fatal(message))).toMatchObject({
      kind: 'unknown',
      message: `RegistryUnavailable: pulling r/a:1: ${message}`,
    });
  });

  test.each([
    'Source image rejected: Running image docker://r/a:1 is rejected by policy.',
    'Source image rejected: A signature was required, but no signature exists',
  ])('the policy refuses: %s', (message) => {
    expect(pullError('r/a:1', fatal(message))).toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^SignatureValidationFailed: /),
    });
  });
});

test('with mirrors, the origin’s answer decides', () => {
  const mirrored = `initializing source docker://r/a:1: (Mirrors also failed: [m/a:1: pinging m: connection refused]): r/a:1: manifest unknown`;
  expect(pullError('r/a:1', fatal(mirrored)).kind).toBe('not-found');
});

test.each(['', 'panic: runtime error', 'level=fatal msg="bad \\x escape"'])(
  'output without a reason is an unknown error: %j',
  (stderr) => {
    expect(pullError('r/a:1', stderr)).toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^pulling r\/a:1: ./),
    });
  },
);

test('a long reason is cut', () => {
  expect(pullError('r/a:1', fatal('x'.repeat(100_000))).message.length).toBeLessThan(3000);
});

test('only what the next attempt does not meet is tried again', () => {
  expect(isTransient(fatal('unlinkat /s/overlay/x: directory not empty'))).toBe(true);
  expect(isTransient(fatal(reading('manifest unknown')))).toBe(false);
});
