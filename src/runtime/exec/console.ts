import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listenUnix, receiveDescriptor } from '../../host/libc/descriptors.ts';

/** The socket on which a runtime hands over the terminal that it has made (runtime.md, `--console-socket`). */
export interface ConsoleSocket {
  /** Relative to the directory: a path that both sides can write in the 107 bytes of a socket's address. */
  readonly name: string;
  /** The terminal, once the runtime has ended well. The caller's to close. */
  receive(): number;
  [Symbol.dispose](): void;
}

export const openConsole = (directory: string): ConsoleSocket => {
  const name = `exec-${randomBytes(6).toString('hex')}.sock`;
  const listener = listenIn(directory, name);
  return {
    name,
    receive: () => receiveDescriptor(listener),
    [Symbol.dispose]: () => {
      closeSync(listener);
      rmSync(join(directory, name), { force: true });
    },
  };
};

const listenIn = (directory: string, name: string): number => {
  const fd = openSync(directory, 'r');
  try {
    return listenUnix(`/proc/self/fd/${fd}/${name}`);
  } finally {
    closeSync(fd);
  }
};
