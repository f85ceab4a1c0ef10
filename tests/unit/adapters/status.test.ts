import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { statusOfKind, wireStatus } from '../../../src/adapters/shared/status.ts';
import { JanusError } from '../../../src/core/errors.ts';

describe('errors on the wire', () => {
  test('each kind has a code of its own, and none is OK', () => {
    const codes = Object.values(statusOfKind);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(status.OK);
  });

  test.each(Object.entries(statusOfKind))('%s', (kind, code) => {
    const error = new JanusError(kind as keyof typeof statusOfKind, 'what happened', { cause: new Error('secret') });
    expect(wireStatus(error)).toEqual({ code, details: 'what happened' });
  });

  test.each([new Error('/etc/secret'), 'a string', undefined, null])(
    '%s is an internal error without details',
    (error) => {
      const { code, details } = wireStatus(error);
      expect(code).toBe(status.INTERNAL);
      expect(details).not.toContain('secret');
    },
  );

  test('details can be percent-encoded and stay short', () => {
    const { details } = wireStatus(new JanusError('unknown', `${'é'.repeat(5000)}\ud800`));
    expect(details.length).toBeLessThanOrEqual(4096);
    expect(() => encodeURI(wireStatus(new JanusError('unknown', 'cut \ud83d')).details)).not.toThrow();
  });
});
