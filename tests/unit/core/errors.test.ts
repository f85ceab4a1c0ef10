import { describe, expect, it } from 'vitest';
import { categorised, JanusError, kindOf, withCleanupFailures } from '../../../src/core/errors.ts';

const errno = (code: string): Error => Object.assign(new Error(code), { code });
const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

describe('the kind of what was thrown', () => {
  it.each([
    [new JanusError('not-found', 'x'), 'not-found'],
    [timeout, 'deadline-exceeded'],
    [errno('ENOSPC'), 'resource-exhausted'],
    [errno('EDQUOT'), 'resource-exhausted'],
    [errno('ENOENT'), 'internal'],
    ['text', 'internal'],
  ])('%s is %s', (error, kind) => {
    expect(kindOf(error)).toBe(kind);
  });
});

describe('categorised', () => {
  it('tells clients of a deadline, with what did not end', () => {
    expect(categorised(timeout, 'StartContainer c1: runtime')).toMatchObject({
      kind: 'deadline-exceeded',
      message: 'StartContainer c1: runtime: The operation was aborted due to timeout',
      cause: timeout,
    });
  });

  it.each([new JanusError('not-found', 'x'), errno('EIO')])('leaves %s as it is', (error) => {
    expect(categorised(error, 'x')).toBe(error);
  });
});

it('failures of the clean-up are kept beside the first one, whose kind it stays', () => {
  const error = withCleanupFailures(errno('ENOSPC'), [new Error('busy'), new Error('stuck')]);
  expect(error).toMatchObject({
    kind: 'resource-exhausted',
    message: 'ENOSPC (and cleaning up failed: busy; stuck)',
    cause: expect.objectContaining({ errors: expect.arrayContaining([expect.objectContaining({ message: 'busy' })]) }),
  });
});

it('without them the failure is itself', () => {
  const failure = new Error('x');
  expect(withCleanupFailures(failure, [])).toBe(failure);
});
