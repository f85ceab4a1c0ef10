import { closeSync, writeSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { OwnStream } from '../../../src/host/libc/descriptors.ts';
import { pipe } from '../../../src/host/libc/files.ts';
import { readEnd } from '../../../src/host/process.ts';
import { feed, relay } from '../../../src/runtime/exec/relay.ts';

const open = new Set<number>();
afterEach(() => {
  for (const fd of open) closeSync(fd);
  open.clear();
});

/** The process' end, and ours. */
const output = (): { process: { write(text: string): void; end(): void }; ours: OwnStream } => {
  const [read, write] = pipe();
  open.add(write);
  const end = (): void => {
    if (open.delete(write)) closeSync(write);
  };
  return { process: { write: (text) => void writeSync(write, text), end }, ours: { fd: read, stream: readEnd(read) } };
};

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

const textOf = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();

it('hands over all of it, and is done at its end', async () => {
  const { process, ours } = output();
  const sink = new PassThrough();
  const { done } = relay(ours, sink);
  process.write('one ');
  process.write('two');
  process.end();
  await done;
  expect(textOf(sink)).toBe('one two');
  expect(sink.writableEnded).toBe(false);
});

it('finish takes what has been written, although the process holds the output open', async () => {
  const { process, ours } = output();
  const sink = new PassThrough();
  const { done, finish } = relay(ours, sink);
  process.write('before');
  finish();
  process.write('after');
  await done;
  expect(textOf(sink)).toBe('before');
});

it('waits for a slow sink, and finish still loses nothing', async () => {
  const { process, ours } = output();
  const held: (() => void)[] = [];
  const taken: Buffer[] = [];
  const sink = new Writable({
    highWaterMark: 4,
    write: (chunk: Buffer, _encoding, done) => {
      taken.push(chunk);
      held.push(done);
    },
  });
  const { done, finish } = relay(ours, sink);
  process.write('first');
  await turns();
  process.write('second');
  await turns();
  expect(Buffer.concat(taken).toString()).toBe('first');
  finish();
  while (held.length > 0) {
    held.shift()?.();
    await turns();
  }
  await done;
  expect(Buffer.concat(taken).toString()).toBe('firstsecond');
});

it('a sink that goes away takes everything', async () => {
  const { process, ours } = output();
  const sink = new Writable({ highWaterMark: 1, write: () => undefined });
  const { done } = relay(ours, sink);
  process.write('stuck');
  await turns();
  sink.destroy();
  process.write('x'.repeat(60_000));
  await turns();
  process.write('x'.repeat(60_000));
  process.end();
  await done;
});

it('input that the process does not want any more is read and dropped', async () => {
  const source = new PassThrough();
  const input = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  feed(source, input, () => undefined);
  source.write('a');
  await turns();
  source.write(Buffer.alloc(1_000_000));
  source.end();
  await turns();
  expect(source.readableEnded).toBe(true);
});

it('without a client’s input, the process’ ends at once', () => {
  let ended = false;
  feed(undefined, new PassThrough(), () => {
    ended = true;
  });
  expect(ended).toBe(true);
});
