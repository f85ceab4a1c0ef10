import { expect, test } from 'vitest';
import { describeOutcome } from '../../../src/streaming/remotecommand/status.ts';

const json = (...args: Parameters<typeof describeOutcome>): unknown => JSON.parse(describeOutcome(...args));

test('success', () => {
  expect(json({ kind: 'exited', code: 0 }, 'json')).toEqual({ metadata: {}, status: 'Success' });
  expect(describeOutcome({ kind: 'exited', code: 0 }, 'text')).toBe('');
});

test('an exit code stands where clients look for it', () => {
  expect(json({ kind: 'exited', code: 42 }, 'json')).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '42' }] },
  });
  expect(describeOutcome({ kind: 'exited', code: 42 }, 'text')).toContain('42');
});

test('a failure is an internal error with its message', () => {
  expect(json({ kind: 'failed', message: 'no such file' }, 'json')).toMatchObject({
    status: 'Failure',
    reason: 'InternalError',
    code: 500,
    message: 'Internal error occurred: no such file',
  });
  expect(describeOutcome({ kind: 'failed', message: 'no such file' }, 'text')).toContain('no such file');
});

test.each([[-1], [256], [1.5], [Number.NaN]])(
  'exit code %s, which clients cannot read, is an internal error',
  (code) => {
    expect(json({ kind: 'exited', code }, 'json')).toMatchObject({ reason: 'InternalError' });
  },
);
