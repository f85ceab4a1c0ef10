import { describe, expect, it } from 'vitest';
import type { ContainerFilter, SandboxFilter } from '../../../src/core/engine.ts';
import { filterContainers, filterSandboxes } from '../../../src/core/filters.ts';
import { containerConfig, containerRecord, podConfig, sandboxRecord } from './fakes/records.ts';

const ready = sandboxRecord({ config: podConfig({ labels: { app: 'web', tier: 'front' } }) });
const stopped = sandboxRecord({
  config: podConfig({ labels: { app: 'web' } }),
  state: { kind: 'stopped', teardownPending: false, networks: [], reason: '' },
});
const halfMade = sandboxRecord({ state: { kind: 'creating' } });

describe('sandboxes', () => {
  it.each<[string, SandboxFilter, readonly unknown[]]>([
    ['none: all but the half-made', {}, [ready, stopped]],
    ['its id', { id: ready.id }, [ready]],
    ['the beginning of its id', { id: stopped.id.slice(0, 20) }, [stopped]],
    ['an id that is none', { id: 'not-an-id' }, []],
    ['the id of a half-made one', { id: halfMade.id }, []],
    ['state ready', { state: 'ready' }, [ready]],
    ['state not ready', { state: 'not-ready' }, [stopped]],
    ['one label', { labels: { app: 'web' } }, [ready, stopped]],
    ['two labels', { labels: { app: 'web', tier: 'front' } }, [ready]],
    ['a label of another value', { labels: { app: 'db' } }, []],
    ['id and state that do not meet', { id: ready.id, state: 'not-ready' }, []],
  ])('by %s', (_what, filter, expected) => {
    expect(filterSandboxes([ready, stopped, halfMade], filter)).toEqual(expected);
  });
});

const created = containerRecord(ready.id, { state: { kind: 'created', process: { pid: 1, startTime: '1' } } });
const running = containerRecord(ready.id, { config: containerConfig({ labels: { app: 'web' } }) });
const exit = { exitCode: 0, finishedAt: 4n, reason: 'Completed', message: '' };
const exited = containerRecord(stopped.id, { state: { kind: 'exited', startedAt: 3n, exit } });
const beingMade = containerRecord(ready.id, { state: { kind: 'creating' } });

describe('containers', () => {
  it.each<[string, ContainerFilter, readonly unknown[]]>([
    ['none: all but the half-made', {}, [created, running, exited]],
    ['the beginning of its id', { id: running.id.slice(0, 20) }, [running]],
    ['its pod', { sandboxId: ready.id }, [created, running]],
    ['the beginning of its pod', { sandboxId: stopped.id.slice(0, 20) }, [exited]],
    ['state created', { state: 'created' }, [created]],
    ['state running', { state: 'running' }, [running]],
    ['state exited', { state: 'exited' }, [exited]],
    ['state unknown', { state: 'unknown' }, []],
    ['a label', { labels: { app: 'web' } }, [running]],
  ])('by %s', (_what, filter, expected) => {
    expect(filterContainers([created, running, exited, beingMade], filter)).toEqual(expected);
  });
});
