import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as files from '../../../src/host/files.ts';
import type { RecordCodec } from '../../../src/state/codec.ts';
import { createRecordStore } from '../../../src/state/record-store.ts';
import { sandboxCodec } from '../../../src/state/sandbox-codec.ts';

vi.mock(import('../../../src/host/files.ts'), { spy: true });

interface Note {
  readonly id: string;
  readonly text: string;
}

const codec: RecordCodec<Note> = {
  format: 'janus.note',
  version: 2,
  encode: (note) => note,
  decode: (value) => {
    const { id, text } = value as Note;
    if (typeof text !== 'string') throw new Error('text: must be a string');
    return { id, text };
  },
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'janus-state-'));
});
afterEach(async () => {
  vi.clearAllMocks();
  await rm(directory, { recursive: true, force: true });
});

const store = () => createRecordStore({ directory, codec });
const note = (id: string, text: string): Note => ({ id, text });
const envelope = (record: unknown, version: unknown = 2): string =>
  JSON.stringify({ format: 'janus.note', version, record });
const writes = () => vi.mocked(files.replaceFile).mock.calls.map(([, text, options]) => ({ text, ...options }));

test('what was put is there for the next daemon, and what was deleted is not', async () => {
  const first = store();
  await first.load();
  await first.put(note('a', '1'), { durable: true });
  await first.put(note('b', '2'), { durable: false });
  await first.put(note('c', '3'), { durable: true });
  await first.delete('b');
  const { records, unreadable } = await store().load();
  expect([...records].sort((x, y) => x.id.localeCompare(y.id))).toEqual([note('a', '1'), note('c', '3')]);
  expect(unreadable).toEqual([]);
});

test('the directory is made, for root only', async () => {
  const nested = join(directory, 'graph', 'sandboxes');
  await createRecordStore({ directory: nested, codec }).load();
  await expect(readdir(nested)).resolves.toEqual([]);
});

test('deleting what is not there is no error', async () => {
  await expect(store().delete('absent')).resolves.toBeUndefined();
});

test('puts of one id are written in order; those that wait become one, durable if one of them is', async () => {
  const one = store();
  const puts = [
    one.put(note('a', '1'), { durable: false }),
    one.put(note('a', '2'), { durable: true }),
    one.put(note('a', '3'), { durable: false }),
  ];
  await Promise.all(puts);
  expect(writes().at(-1)).toMatchObject({ text: expect.stringContaining('"text":"3"'), durable: true });
  expect(writes().length).toBeLessThan(3);
  expect((await store().load()).records).toEqual([note('a', '3')]);
});

test('a put during a write is written after it', async () => {
  const one = store();
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  vi.mocked(files.replaceFile).mockImplementationOnce(() => gate);
  const first = one.put(note('a', '1'), { durable: false });
  await vi.waitFor(() => expect(writes()).toHaveLength(1));
  const second = one.put(note('a', '2'), { durable: false });
  const other = one.put(note('b', '9'), { durable: false });
  await other;
  expect(writes().map(({ text }) => text)).not.toContainEqual(expect.stringContaining('"text":"2"'));
  open();
  await Promise.all([first, second]);
  expect(writes().at(-1)?.text).toContain('"text":"2"');
});

test('a delete comes after the puts before it, and before those after it', async () => {
  const one = store();
  await Promise.all([one.put(note('a', '1'), { durable: false }), one.delete('a')]);
  expect(await readdir(directory)).toEqual([]);
  await Promise.all([
    one.put(note('a', '1'), { durable: false }),
    one.delete('a'),
    one.put(note('a', '2'), { durable: false }),
  ]);
  expect((await store().load()).records).toEqual([note('a', '2')]);
});

test('what was put is synced as it is, in its turn, and not written again', async () => {
  const one = store();
  const synced = () => vi.mocked(files.syncFile).mock.calls;
  let open: () => void = () => undefined;
  vi.mocked(files.replaceFile).mockImplementationOnce(() => new Promise((resolve) => (open = resolve)));
  const put = one.put(note('a', '1'), { durable: false });
  const sync = one.sync('a');
  await vi.waitFor(() => expect(writes()).toHaveLength(1));
  expect(synced()).toEqual([]);
  await writeFile(join(directory, 'a.json'), envelope(note('a', '1')));
  open();
  await Promise.all([put, sync]);
  expect(synced()).toEqual([[join(directory, 'a.json')]]);
  expect(writes()).toHaveLength(1);
});

test('a sync of what is not there fails, and leaves the next put alone', async () => {
  const one = store();
  await expect(one.sync('a')).rejects.toMatchObject({ code: 'ENOENT' });
  await one.put(note('a', '1'), { durable: false });
  await expect(one.sync('a')).resolves.toBeUndefined();
});

test('a failed put fails its caller only', async () => {
  const one = store();
  vi.mocked(files.replaceFile).mockRejectedValueOnce(new Error('no space'));
  await expect(one.put(note('a', '1'), { durable: true })).rejects.toThrow('no space');
  await one.put(note('a', '2'), { durable: true });
  expect((await store().load()).records).toEqual([note('a', '2')]);
});

test.each([
  ['empty', '', 'empty'],
  ['cut short', envelope(note('a', 'text')).slice(0, -7), 'JSON'],
  ['of a newer version', envelope(note('a', 'text'), 3), 'version 3'],
  ['of no version', envelope(note('a', 'text'), null), 'version'],
  ['of another kind', JSON.stringify({ format: 'janus.other', version: 2, record: {} }), 'not a janus.note'],
  ['of another id', envelope(note('b', 'text')), 'another id'],
  ['with a bad field', envelope({ id: 'a', text: 5 }), 'text: must be a string'],
  ['not an object', 'null', 'not an object'],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
])('a file %s is set aside, with the reason', async (_, content, reason) => {
  await writeFile(join(directory, 'a.json'), content);
  await writeFile(join(directory, 'c.json'), envelope(note('c', 'good')));
  const { records, unreadable } = await store().load();
  expect(records).toEqual([note('c', 'good')]);
  expect(unreadable).toEqual([{ id: 'a', reason: expect.stringContaining(reason) }]);
  expect((await readdir(directory)).sort()).toEqual(['a.json.unreadable-1', 'c.json']);
  expect(await readFile(join(directory, 'a.json.unreadable-1'))).toEqual(Buffer.from(content));
});

test('what was set aside before is kept and is not read again', async () => {
  await writeFile(join(directory, 'a.json.unreadable-1'), 'older');
  await writeFile(join(directory, 'a.json'), 'newer');
  await store().load();
  expect((await readdir(directory)).sort()).toEqual(['a.json.unreadable-1', 'a.json.unreadable-2']);
  expect(await readFile(join(directory, 'a.json.unreadable-1'), 'utf8')).toBe('older');
  expect((await store().load()).unreadable).toEqual([]);
});

test('a directory in the place of a record is set aside', async () => {
  await mkdir(join(directory, 'a.json'));
  expect((await store().load()).unreadable).toEqual([
    { id: 'a', reason: expect.stringContaining('not a regular file') },
  ]);
});

test('drafts of a daemon that died in a put are deleted, other files are left alone', async () => {
  await writeFile(join(directory, '.0123456789ab.tmp'), 'half');
  await writeFile(join(directory, 'README'), 'by the operator');
  const { records, unreadable } = await store().load();
  expect({ records, unreadable }).toEqual({ records: [], unreadable: [] });
  expect(await readdir(directory)).toEqual(['README']);
});

test('no content of a file makes load fail', async () => {
  const one = createRecordStore({ directory, codec: sandboxCodec });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.json().map((record) => new TextEncoder().encode(`{"format":"janus.sandbox","version":1,"record":${record}}`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      await writeFile(join(directory, 'a.json'), content);
      const { records, unreadable } = await one.load();
      expect(records).toEqual([]);
      expect(unreadable).toHaveLength(1);
    }),
  );
});
