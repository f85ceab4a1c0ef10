import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeptNetworks } from '../../../src/network/kept.ts';
import { containerCodec } from '../../../src/state/container-codec.ts';
import { encodeRecord } from '../../../src/state/envelope.ts';
import { loadRecords } from '../../../src/state/load-records.ts';
import { sandboxCodec } from '../../../src/state/sandbox-codec.ts';

// Files as the first format had them. They stay as they are: every later Janus has to read them.
const fixtures = join(import.meta.dirname, '../../fixtures/state/v1');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'janus-fixtures-'));
  await cp(fixtures, directory, { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const fixture = async (kind: string, id: string): Promise<object> =>
  JSON.parse(await readFile(join(fixtures, kind, `${id}.json`), 'utf8')) as object;

test('sandboxes of format 1 are read', async () => {
  const path = join(directory, 'sandboxes');
  const count = (await readdir(path)).length;
  const { records, unreadable } = await loadRecords(path, sandboxCodec);
  expect(unreadable).toEqual([]);
  expect(records).toHaveLength(count);
  expect(records.map(({ state }) => state.kind).sort()).toEqual(['creating', 'ready', 'ready', 'stopped']);
  const full = records.find(({ id }) => id.startsWith('a'));
  expect(full).toMatchObject({
    createdAt: 1700000000123456789n,
    config: { annotations: { note: 'line\none, ü' }, security: { namespaces: { user: { mode: 'pod' } } } },
    state: { networks: [{ ips: ['10.88.0.7', 'fd00::7'] }], process: { pid: 4242, startTime: '123456' } },
  });
  expect(records.find(({ id }) => id.startsWith('d'))?.config.dns).toBeUndefined();
});

test('containers of format 1 are read', async () => {
  const path = join(directory, 'containers');
  const count = (await readdir(path)).length;
  const { records, unreadable } = await loadRecords(path, containerCodec);
  expect(unreadable).toEqual([]);
  expect(records).toHaveLength(count);
  expect(records.map(({ state }) => state.kind).sort()).toEqual(['created', 'creating', 'exited', 'running']);
  expect(records.find(({ state }) => state.kind === 'exited')?.state).toEqual({
    kind: 'exited',
    startedAt: 1700000002000000002n,
    exit: { exitCode: 137, finishedAt: 1700000003000000003n, reason: 'OOMKilled', message: '' },
  });
});

test('networks of format 1 are read, and written with all that the fixtures have', async () => {
  const id = 'a'.repeat(64);
  const kept = await openKeptNetworks(join(directory, 'networks'));
  const read = await kept.read(id);
  if (read.kind !== 'networks') throw new Error(read.kind);
  expect(read.networks).toMatchObject([
    {
      network: 'pods',
      interfaceName: 'eth0',
      plugins: [{ type: 'bridge' }, { type: 'portmap' }],
      result: { ips: [{ address: '10.88.0.7/24' }] },
    },
    { network: 'second', interfaceName: 'eth1', result: undefined },
  ]);
  await kept.write(id, read.networks);
  const written: unknown = JSON.parse(await readFile(join(directory, 'networks', `${id}.json`), 'utf8'));
  expect(written).toMatchObject(await fixture('networks', id));
});

// Fields that came later are written beside them.
test('format 1 is written with all that the fixtures have', async () => {
  const { records: sandboxes } = await loadRecords(join(directory, 'sandboxes'), sandboxCodec);
  for (const record of sandboxes)
    expect(JSON.parse(encodeRecord(sandboxCodec, record))).toMatchObject(await fixture('sandboxes', record.id));
  const { records: containers } = await loadRecords(join(directory, 'containers'), containerCodec);
  for (const record of containers)
    expect(JSON.parse(encodeRecord(containerCodec, record))).toMatchObject(await fixture('containers', record.id));
});
