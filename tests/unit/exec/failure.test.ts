import { expect, it } from 'vitest';
import { startFailure } from '../../../src/runtime/exec/failure.ts';

const line = (level: string, msg: string): string => `${JSON.stringify({ level, msg })}\n`;

it.each([
  ['exec failed: unable to start container process: exec: "x": executable file not found in $PATH', 'invalid-argument'],
  ['executable file `x` not found in $PATH: No such file or directory', 'invalid-argument'],
  ['exec failed: unable to start container process: exec: "/etc": permission denied', 'invalid-argument'],
  ['cannot exec in a stopped container', 'failed-precondition'],
  ['container abc does not exist', 'failed-precondition'],
  ['something else', 'internal'],
])('%s is %s', (msg, kind) => {
  const error = startFailure(line('warning', 'ignored') + line('error', msg), 255);
  expect(error).toMatchObject({ kind });
  expect(error.message).toContain(msg);
});

it('passes over what is no line of JSON, and tells the exit code when the log tells nothing', () => {
  expect(startFailure('plain text\n{"level":', 137).message).toMatch(/137/);
});
