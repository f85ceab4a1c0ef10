import { expect, test } from 'vitest';
import { parseJournal } from '../../../src/runtime/oom/journal.ts';

const KILLED = 'Memory cgroup out of memory: Killed process 573 (tail) total-vm:42808kB';
const line = (parts: object): string =>
  JSON.stringify({ __MONOTONIC_TIMESTAMP: '154556382', _TRANSPORT: 'kernel', SYSLOG_FACILITY: '0', ...parts });
const kernel = (message: string | readonly number[], parts: object = {}): string =>
  line({ MESSAGE: message, _SOURCE_MONOTONIC_TIMESTAMP: '154329083', ...parts });

test('a kill has the time of the kernel’s record, not of its reading', () => {
  const output = `${kernel(KILLED)}\n${kernel('eth0: Killed process')}\n`;
  expect(parseJournal(output)).toEqual({ kills: [{ killed: 573, time: 154_329_083 }], missedUntil: undefined });
});

test('a command’s name may be no UTF-8', () => {
  const bytes = [...Buffer.from('Out of memory: Killed process 7 ('), 0xff, ...Buffer.from(') total-vm:1kB')];
  expect(parseJournal(kernel(bytes)).kills).toEqual([{ killed: 7, time: 154_329_083 }]);
});

test('what anybody can write is no evidence', () => {
  const forged = [kernel(KILLED, { SYSLOG_FACILITY: '1' }), line({ MESSAGE: KILLED, _TRANSPORT: 'driver' })];
  expect(parseJournal(forged.join('\n')).kills).toEqual([]);
});

test('it says until when it missed something', () => {
  const missed = { MESSAGE: 'Missed 12 kernel messages', _TRANSPORT: 'driver' };
  const output = [kernel(KILLED), line(missed), line({ ...missed, __MONOTONIC_TIMESTAMP: '160000000' })].join('\n');
  expect(parseJournal(output).missedUntil).toBe(160_000_000);
});

test('an empty journal holds nothing', () => {
  expect(parseJournal('')).toEqual({ kills: [], missedUntil: undefined });
});
