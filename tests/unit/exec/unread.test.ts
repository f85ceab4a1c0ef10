import { closeSync, writeSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import koffi from 'koffi';
import { expect, it } from 'vitest';
import { streamOver, unread } from '../../../src/host/libc/descriptors.ts';
import { relay } from '../../../src/runtime/exec/relay.ts';

const libc = koffi.load('libc.so.6');
const socketpair = libc.func('int socketpair(int domain, int type, int protocol, _Out_ int *fds)');
const openpty = libc.func(
  'int openpty(_Out_ int *terminal, _Out_ int *process, void *name, const void *modes, const void *size)',
);

const AF_UNIX = 1;
const SOCK_SEQPACKET_NONBLOCK = 5 | 0x800;

const packets = (): readonly [number, number] => {
  const fds = [0, 0];
  expect(socketpair(AF_UNIX, SOCK_SEQPACKET_NONBLOCK, 0, fds)).toBe(0);
  return [fds[0] ?? -1, fds[1] ?? -1];
};

const terminal = (): readonly [number, number] => {
  const [ours, process] = [[0], [0]];
  expect(openpty(ours, process, null, null, null)).toBe(0);
  return [ours[0] ?? -1, process[0] ?? -1];
};

/** All that is written before anybody reads, in parts that no read fills its buffer with, and then the other end is closed. */
const PARTS = Array.from({ length: 10 }, (_, index) => String(index).repeat(1000));
const written = ([ours, other]: readonly [number, number]): number => {
  for (const part of PARTS) writeSync(other, part);
  closeSync(other);
  return ours;
};

it('what the other side sent before it closed is there at the end, packet by packet', async () => {
  const own = streamOver(written(packets()));
  const taken: string[] = [];
  own.stream.on('data', (packet: Buffer) => taken.push(packet.toString()));
  await new Promise((resolve) => own.stream.once('end', resolve));
  for (const packet of unread(own)) taken.push(packet.toString());
  own.stream.destroy();
  expect(taken).toEqual(PARTS);
  expect([...unread(own)]).toEqual([]);
});

it.each([
  ['packets', packets],
  ['a terminal', terminal],
])('a relay of %s hands over all of it', async (_, open) => {
  const sink = new PassThrough();
  const { done } = relay(streamOver(written(open())), sink);
  await done;
  expect(String(sink.read())).toBe(PARTS.join(''));
});
