import { expect, it } from 'vitest';
import { createHandlers } from '../../../src/core/handlers.ts';

const handlers = createHandlers({
  defaultRuntime: 'runc',
  handlers: { fast: 'crun' },
  runtimes: ['runc', 'crun'],
  features: (runtime) => ({ recursiveReadOnlyMounts: runtime === 'crun', userNamespaces: false }),
});

it.each([
  ['', 'runc'],
  ['runc', 'runc'],
  ['fast', 'crun'],
])('%j is %s', (handler, runtime) => {
  expect(handlers.runtimeOf(handler)).toBe(runtime);
});

it('one that is not configured is the request’s fault', () => {
  expect(() => handlers.runtimeOf('kata')).toThrow(
    expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining('"kata"') }),
  );
});

it('are listed with what their runtimes can do', () => {
  expect(handlers.list().map(({ name, recursiveReadOnlyMounts }) => [name, recursiveReadOnlyMounts])).toEqual([
    ['', false],
    ['runc', false],
    ['crun', true],
    ['fast', true],
  ]);
});
