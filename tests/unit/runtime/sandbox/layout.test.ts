import { expect, it } from 'vitest';
import type { NamespaceOptions } from '../../../../src/core/model/security.ts';
import { heldKinds, layoutOf, pathsOf, pinnedKinds, processPins } from '../../../../src/runtime/sandbox/layout.ts';
import { podConfig, sandboxRecord, withNamespaces } from '../../core/fakes/records.ts';

const mapping = [{ hostId: 100_000, containerId: 0, length: 65_536 }];
const user = { mode: 'pod', uids: mapping, gids: mapping } as const;
const sandbox = (options: Partial<NamespaceOptions>) =>
  sandboxRecord({ config: podConfig(withNamespaces({ network: 'pod', ipc: 'pod', pid: 'container', ...options })) });

it.each<[string, Partial<NamespaceOptions>, readonly string[], readonly string[]]>([
  ['of its own', {}, ['net'], ['uts', 'ipc']],
  ["and the host's network", { network: 'node' }, [], ['ipc']],
  ["and the host's IPC", { ipc: 'node' }, ['net'], ['uts']],
  ["but the host's", { network: 'node', ipc: 'node' }, [], []],
  ['and an init', { pid: 'pod' }, ['net'], ['uts', 'ipc']],
  ['in a user namespace', { user }, ['net', 'uts', 'ipc'], []],
  ['in a user namespace, and an init', { user, pid: 'pod' }, ['net', 'uts', 'ipc'], []],
])('a pod with namespaces %s has these pinned, and those held by its process', (_, options, pinned, held) => {
  expect(pinnedKinds(sandbox(options))).toEqual(pinned);
  expect(heldKinds(sandbox(options))).toEqual(held);
});

it('what the process of a pod holds is named by its pid, and never by nothing, which would be the namespace of the host', () => {
  const process = { pid: 17, startTime: '1' };
  const ready = { ...sandbox({}), state: { kind: 'ready', networks: [], process } } as const;
  const layout = layoutOf('/state', ready.id);
  expect(pathsOf(ready, layout)).toMatchObject({
    netns: `${layout.pins}/net`,
    ipcns: '/proc/17/ns/ipc',
    utsns: '/proc/17/ns/uts',
    shm: layout.shm,
  });
  const without = { ...ready, state: { ...ready.state, process: undefined } } as const;
  expect(pathsOf(without, layout)).toMatchObject({ ipcns: `${layout.pins}/ipc`, utsns: `${layout.pins}/uts` });
  const creating = { ...ready, state: { kind: 'creating' } } as const;
  expect(pathsOf(creating, layout)).toMatchObject({ ipcns: `${layout.pins}/ipc`, utsns: `${layout.pins}/uts` });
});

it.each<[string, Partial<NamespaceOptions>, string]>([
  ['is that of its process', {}, '/proc/17/ns'],
  ['is pinned in a user namespace, where the runtime runs the init', { user }, '/pins'],
])('the PID namespace that a pod shares %s', (_, options, where) => {
  const process = { pid: 17, startTime: '1' };
  const record = { ...sandbox({ ...options, pid: 'pod' }), state: { kind: 'ready', networks: [], process } } as const;
  const layout = { ...layoutOf('/state', record.id), pins: '/pins' };
  expect(pathsOf(record, layout)).toMatchObject({
    pidns: `${where}/pid`,
    ipcns: `${where}/ipc`,
    utsns: `${where}/uts`,
  });
  const creating = { ...record, state: { kind: 'creating' } } as const;
  expect(pathsOf(creating, layout).pidns).toBe('/pins/pid');
});

it.each<[string, Partial<NamespaceOptions>, readonly string[]]>([
  ['of its own', {}, ['net']],
  ['in a user namespace', { user }, ['net', 'uts', 'ipc']],
  ['and an init', { pid: 'pod' }, ['net']],
  ['in a user namespace, and an init by the runtime, which may have others', { user, pid: 'pod' }, ['net']],
])('a pod with namespaces %s is alive while its process is in these pins', (_, options, pins) => {
  expect(processPins(sandbox(options))).toEqual(pins);
});
