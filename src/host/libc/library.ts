/**
 * The calls into libc that Node does not have: this page opens the library, the others of this room declare what they call in it. The calls run on the
 * calling thread and return at once: namespaces are a property of the thread, so nothing here may become asynchronous, but for what says so. Errors are
 * thrown with the errno's name as `code`. What the calls mean: the man pages of section 2, under the same names.
 */
import { constants } from 'node:os';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
export const { struct } = koffi;

/** Negative results are failures, for `checked`. */
export type Call = (...args: readonly unknown[]) => number;
export const call = (signature: string): Call => libc.func(signature) as Call;

/** In another thread, whatever comes of it. No buffer may be passed: nothing would keep it alive while the thread writes to it. */
export const callAside = (signature: string): ((...args: readonly (number | null)[]) => Promise<void>) => {
  const own = libc.func(signature);
  return (...args) =>
    new Promise((resolve) => {
      own.async(...args, () => resolve());
    });
};

/** Of the call before, on this thread. */
export const lastErrno = (): number => koffi.errno();

const errnoNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** A failed libc call, shaped as Node's own system errors: `code` is the errno's name. */
export class SystemError extends Error {
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number, subject = '') {
    const code = errnoNames.get(errno) ?? `errno ${errno}`;
    super(`${code}: ${syscall}${subject === '' ? '' : ` ${subject}`}`);
    this.name = 'SystemError';
    this.code = code;
    this.syscall = syscall;
  }
}

/** The result of a libc call; a negative one is thrown. */
export const checked = (result: number, syscall: string, subject?: string): number => {
  if (result < 0) throw new SystemError(syscall, lastErrno(), subject);
  return result;
};
