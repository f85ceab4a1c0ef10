import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createChildWatch } from '../../../src/host/child-watch.ts';
import { type Child, killGroup, start, withNull } from '../../../src/host/process.ts';

const sleeper = (): Child => withNull((fd) => start({ path: 'sleep', args: ['60'] }, [fd, fd, fd]));
/** What each descriptor is of; the one that lists them has gone. */
const target = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};
const pidfds = (): number => readdirSync('/proc/self/fd').filter((fd) => target(fd).includes('[pidfd]')).length;

describe('the watch over children', () => {
  it('names those that have ended, whatever else runs, until they are removed', async () => {
    const watch = createChildWatch();
    const children = Array.from({ length: 10 }, sleeper);
    for (const { pid } of children) watch.add(pid);
    expect(watch.candidates()).toEqual([]);
    expect(pidfds()).toBe(20);
    const ended = children.slice(3, 5).map(({ pid }) => pid);
    for (const pid of ended) killGroup(pid);
    await vi.waitFor(() => expect([...watch.candidates()].sort()).toEqual([...ended].sort()));
    for (const pid of ended) watch.remove(pid);
    expect(watch.candidates()).toEqual([]);
    for (const { pid } of children) killGroup(pid);
    await Promise.all(children.map(({ exited }) => exited));
    for (const { pid } of children) watch.remove(pid);
    expect(watch.candidates()).toEqual([]);
    await vi.waitFor(() => expect(pidfds()).toBe(0));
  });

  it('names one for which there was no descriptor each time', () => {
    const watch = createChildWatch(() => {
      throw new Error('EMFILE');
    });
    watch.add(4711);
    expect([watch.candidates(), watch.candidates()]).toEqual([[4711], [4711]]);
    watch.remove(4711);
    expect(watch.candidates()).toEqual([]);
  });
});
