import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  bytesWaiting,
  connectSeqpacket,
  listenUnix,
  receiveDescriptor,
  setTerminalSize,
  streamOver,
} from '../../../src/host/libc/descriptors.ts';
import { pipe } from '../../../src/host/libc/files.ts';

const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-fd-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('nobody has sent a descriptor: EAGAIN, and nothing is left', () => {
  const listener = listenUnix(join(directory, 'c'));
  const before = readdirSync('/proc/self/fd').length;
  expect(() => receiveDescriptor(listener)).toThrow(/EAGAIN|EWOULDBLOCK/);
  expect(readdirSync('/proc/self/fd').length).toBe(before);
  closeSync(listener);
});

it('tells how much can be read at once', () => {
  const [read, write] = pipe();
  expect(bytesWaiting(read)).toBe(0);
  writeSync(write, 'hello');
  expect(bytesWaiting(read)).toBe(5);
  closeSync(read);
  closeSync(write);
});

it('a stream over a descriptor that Node does not know reads it and closes it', async () => {
  const terminal = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY);
  const { fd, stream } = streamOver(terminal);
  setTerminalSize(fd, { width: 80, height: 24 });
  stream.write('typed\n');
  const [echo] = (await once(stream, 'data')) as [Buffer];
  expect(echo.toString()).toBe('typed\r\n');
  const link = readlinkSync(`/proc/self/fd/${fd}`);
  stream.destroy();
  await once(stream, 'close');
  expect(link).toBe('/dev/ptmx');
  expect(readdirSync('/proc/self/fd').map((name) => linkOf(name))).not.toContain('/dev/ptmx');
});

it('a path too long for an address is refused', () => {
  expect(() => connectSeqpacket(`/${'x'.repeat(108)}`)).toThrow(RangeError);
  expect(() => connectSeqpacket(join(directory, 'none'))).toThrow(/ENOENT/);
});
