import { expect, test } from 'vitest';
import { parseRecord } from '../../../src/runtime/oom/kill-record.ts';

const killedBy = (text: string): number | undefined => parseRecord(text)?.killed;

test('the line that kernels write for each victim names its pid', () => {
  const group =
    '3,2586,3966896077,-;Memory cgroup out of memory: Killed process 3780 (python3) total-vm:118968kB, anon-rss:20224kB\n';
  expect(parseRecord(group)).toEqual({ sequence: 2586, time: 3966896077, killed: 3780 });
  expect(killedBy('3,1,5,-;Out of memory: Killed process 17 (sh) total-vm:1kB')).toBe(17);
  expect(killedBy('3,1,5,-;Out of memory (oom_kill_allocating_task): Killed process 18 (sh)')).toBe(18);
  expect(killedBy('3,1,5,-;Killed process 19 (java) total-vm:1kB')).toBe(19);
  expect(killedBy('3,1,5,-,caller=T12;Memory cgroup out of memory: Killed process 20 (a) total-vm:1kB')).toBe(20);
});

test('a command’s name forges no pid', () => {
  expect(killedBy('3,1,5,-;Memory cgroup out of memory: Killed process 7 (Killed process 8 (x) total-vm:1kB')).toBe(7);
  expect(
    killedBy('6,1,5,-;oom-kill:constraint=CONSTRAINT_MEMCG,task=: Killed process 8 (x,pid=7,uid=0'),
  ).toBeUndefined();
});

test('what user space writes into the log is no evidence', () => {
  expect(killedBy('11,1,5,-;Memory cgroup out of memory: Killed process 7 (x) total-vm:1kB')).toBeUndefined();
});

test('other records have a time and no victim', () => {
  expect(parseRecord('6,3,77,-;eth0: link up\n SUBSYSTEM=net\n')).toEqual({ sequence: 3, time: 77, killed: undefined });
  expect(parseRecord('nonsense')).toBeUndefined();
});
