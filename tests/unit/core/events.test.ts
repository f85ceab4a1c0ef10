import { expect, it } from 'vitest';
import type { PodEvent } from '../../../src/core/engine.ts';
import { createEvents } from '../../../src/core/events.ts';
import { sandboxRecord } from './fakes/records.ts';

const sandbox = sandboxRecord();
const event = (timestamp: bigint): PodEvent => ({
  kind: 'created',
  id: sandbox.id,
  sandbox,
  containers: [],
  timestamp,
});
const times = async (events: AsyncIterable<PodEvent>): Promise<bigint[]> => {
  const seen: bigint[] = [];
  for await (const { timestamp } of events) seen.push(timestamp);
  return seen;
};

it('reach every subscriber in order, from its subscription to its end', async () => {
  const events = createEvents();
  const abort = new AbortController();
  events.publish(event(1n));
  const first = times(events.subscribe(abort.signal));
  events.publish(event(2n));
  const second = times(events.subscribe(abort.signal));
  events.publish(event(3n));
  abort.abort();
  events.publish(event(4n));
  expect(await first).toEqual([2n, 3n]);
  expect(await second).toEqual([3n]);
  expect(events.subscribers).toBe(0);
});

it('wake a subscriber that waits', async () => {
  const events = createEvents();
  const abort = new AbortController();
  const iterator = events.subscribe(abort.signal)[Symbol.asyncIterator]();
  const next = iterator.next();
  events.publish(event(1n));
  expect((await next).value).toMatchObject({ timestamp: 1n });
  const last = iterator.next();
  abort.abort();
  expect(await last).toEqual({ done: true, value: undefined });
});

it('a subscriber that stops reading is cut, nothing is kept for it, and the others are not', async () => {
  const events = createEvents();
  const abort = new AbortController();
  const slow = events.subscribe(abort.signal);
  const quick = events.subscribe(abort.signal)[Symbol.asyncIterator]();
  for (let n = 0n; n <= 10_000n; n += 1n) {
    events.publish(event(n));
    await quick.next();
  }
  expect(events.subscribers).toBe(1);
  expect(await times(slow)).toEqual([]);
  abort.abort();
});

it('one who leaves early is forgotten', async () => {
  const events = createEvents();
  const stream = events.subscribe(new AbortController().signal);
  events.publish(event(1n));
  for await (const _ of stream) break;
  expect(events.subscribers).toBe(0);
});

it('an aborted call subscribes to nothing', async () => {
  const events = createEvents();
  expect(await times(events.subscribe(AbortSignal.abort()))).toEqual([]);
  expect(events.subscribers).toBe(0);
});
