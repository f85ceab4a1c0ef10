import { describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../src/core/model/container.ts';
import type { SandboxState } from '../../../src/core/model/sandbox.ts';
import { endContainer, moveContainer, moveSandbox } from '../../../src/core/transitions.ts';
import { createBed, settle } from './fakes/bed.ts';
import { containerRecord, sandboxRecord } from './fakes/records.ts';

const process = { pid: 1, startTime: '1' };
const exit = { exitCode: 0, finishedAt: 9n, reason: 'Completed', message: '' };
const sandboxStates: Record<SandboxState['kind'], SandboxState> = {
  creating: { kind: 'creating' },
  ready: { kind: 'ready', networks: [], process },
  stopped: { kind: 'stopped', teardownPending: true, networks: [], reason: '' },
};
const containerStates: Record<ContainerState['kind'], ContainerState> = {
  creating: { kind: 'creating' },
  created: { kind: 'created', process },
  unrunnable: { kind: 'unrunnable', fault: { exitCode: 127, message: 'absent' } },
  running: { kind: 'running', process, startedAt: 5n },
  exited: { kind: 'exited', startedAt: 5n, exit },
};

const pairs = <K extends string>(states: Record<K, unknown>, legal: readonly string[]): [K, K, boolean][] => {
  const kinds = Object.keys(states) as K[];
  return kinds.flatMap((from) => kinds.map((to): [K, K, boolean] => [from, to, legal.includes(`${from} ${to}`)]));
};

describe('a sandbox', () => {
  const legal = ['creating ready', 'ready ready', 'ready stopped', 'stopped stopped'];
  it.each(pairs(sandboxStates, legal))('from %s to %s: %s', async (from, to, allowed) => {
    const { ctx } = createBed();
    const moved = moveSandbox(ctx, sandboxRecord({ state: sandboxStates[from] }), sandboxStates[to]);
    await (allowed
      ? expect(moved).resolves.toMatchObject({ state: sandboxStates[to] })
      : expect(moved).rejects.toThrow(`cannot go from ${from} to ${to}`));
    expect(ctx.sandboxes.all()).toHaveLength(allowed ? 1 : 0);
  });
});

describe('a container', () => {
  const legal = [
    ...['creating created', 'created running', 'created exited', 'running running', 'running exited'],
    ...['creating unrunnable', 'unrunnable exited'],
  ];
  it.each(pairs(containerStates, legal))('from %s to %s: %s', async (from, to, allowed) => {
    const { ctx } = createBed();
    const record = containerRecord(sandboxRecord().id, { state: containerStates[from] });
    const moved = moveContainer(ctx, record, { state: containerStates[to] });
    await (allowed
      ? expect(moved).resolves.toMatchObject({ state: containerStates[to] })
      : expect(moved).rejects.toThrow(`cannot go from ${from} to ${to}`));
    expect(ctx.containers.all()).toHaveLength(allowed ? 1 : 0);
  });

  it('ends once: a later word on its exit changes nothing', async () => {
    const { ctx } = createBed();
    const record = containerRecord(sandboxRecord().id, { state: containerStates.running });
    ctx.containers.adopt([record]);
    await endContainer(ctx, record.id, exit);
    await endContainer(ctx, record.id, { ...exit, exitCode: 255 });
    expect(ctx.containers.get(record.id)?.state).toEqual({ kind: 'exited', startedAt: 5n, exit });
  });

  it('does not end before it started', async () => {
    const { ctx } = createBed();
    const record = containerRecord(sandboxRecord().id, { state: containerStates.running });
    ctx.containers.adopt([record]);
    await endContainer(ctx, record.id, { ...exit, finishedAt: 1n });
    expect(ctx.containers.get(record.id)?.state).toMatchObject({ exit: { finishedAt: 5n } });
  });

  it('that has ended wakes who waits for it, also when the disk is full', async () => {
    const { ctx, script } = createBed();
    const record = containerRecord(sandboxRecord().id, { state: containerStates.running });
    ctx.containers.adopt([record]);
    script.failOnce('containers.put');
    const woken = ctx.waiters.wait(record.id, 2 ** 30);
    await expect(endContainer(ctx, record.id, exit)).rejects.toThrow('containers.put fails');
    await woken;
    expect(ctx.containers.get(record.id)?.state.kind).toBe('exited');
  });
});

describe('subscribers', () => {
  it('hear of a pod and its containers, each event with all of them, times never going back', async () => {
    const { ctx, engine, call, pod, running } = createBed();
    const abort = new AbortController();
    const events = engine.events({ signal: abort.signal });
    const sandbox = await pod();
    const container = await running(sandbox);
    await engine.removePodSandbox(sandbox, call);
    abort.abort();
    const seen = [];
    for await (const event of events ?? []) seen.push(event);
    expect(
      seen.map(({ kind, id, containers }) => [kind, id, containers.map(({ state }) => state.kind).join()]),
    ).toEqual([
      ['created', sandbox, ''],
      ['started', sandbox, ''],
      ['created', container, 'created'],
      ['started', container, 'running'],
      ['stopped', sandbox, 'running'],
      ['stopped', container, 'exited'],
      ['deleted', container, ''],
      ['deleted', sandbox, ''],
    ]);
    const times = seen.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    expect(ctx.events.subscribers).toBe(0);
  });

  it('hear of the end of what was to be seen for a moment and could not be kept', async () => {
    const { engine, script, pod, container } = createBed();
    const abort = new AbortController();
    const events = engine.events({ signal: abort.signal });
    const sandbox = await pod();
    const release = script.hold('runtime.create');
    const made = expect(container(sandbox)).rejects.toThrow('containers.put durable fails');
    await settle();
    script.failOnce('containers.put durable');
    release();
    await made;
    abort.abort();
    const seen: string[] = [];
    for await (const { kind, id } of events ?? []) if (id !== sandbox) seen.push(kind);
    expect(seen).toEqual(['created', 'deleted']);
  });

  it('are none when events are switched off', () => {
    expect(createBed({ podEvents: false }).engine.events({ signal: new AbortController().signal })).toBeUndefined();
  });
});
