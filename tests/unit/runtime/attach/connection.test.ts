import { closeSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectToConmon } from '../../../../src/runtime/attach/connection.ts';

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, unsigned int length)');
const listen = libc.func('int listen(int fd, int backlog)');
const accept = libc.func('int accept(int fd, void *address, void *length)');

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const ADDRESS_BYTES = 110;

let root: string;
let listener: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-attach-'));
  listener = socket(AF_UNIX, SOCK_SEQPACKET, 0) as number;
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(join(root, 'attach'), 2);
  expect(bind(listener, address, address.length)).toBe(0);
  expect(listen(listener, 1)).toBe(0);
});
afterEach(() => {
  closeSync(listener);
  rmSync(root, { recursive: true });
});

const packet = (stream: number, text: string): Buffer => Buffer.concat([Buffer.from([stream]), Buffer.from(text)]);

it('all that conmon sent before it closed is handed over, to the stream that it was of', async () => {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const outputs = {
    stdout: (bytes: Buffer) => void stdout.push(bytes.toString()),
    stderr: (bytes: Buffer) => void stderr.push(bytes.toString()),
  };
  const connecting = connectToConmon(join(root, 'attach'), outputs, AbortSignal.timeout(30_000));
  const conmon = accept(listener, null, null) as number;
  // Before anybody reads.
  for (let i = 0; i < 20; i += 1) writeSync(conmon, packet(i % 2 === 0 ? 2 : 3, `${i}`));
  closeSync(conmon);
  await (await connecting).closed;
  expect(stdout).toEqual(['0', '2', '4', '6', '8', '10', '12', '14', '16', '18']);
  expect(stderr).toEqual(['1', '3', '5', '7', '9', '11', '13', '15', '17', '19']);
});
