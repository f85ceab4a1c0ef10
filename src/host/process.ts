import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { JanusError, messageOf } from '../core/errors.ts';
import { exitOf } from './children.ts';
import { pipe } from './libc/files.ts';
import { spawn } from './libc/spawn.ts';

/** A program to run. Arguments and environment are passed as they are: no shell. */
export interface Command {
  /** Absolute, or looked up in PATH. */
  readonly path: string;
  readonly args: readonly string[];
  /** The whole environment; undefined: the daemon's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
}

export interface Finished {
  /** 128 + n when the program was killed by signal n. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<number>;
}

const environment = (env: Command['env']): string[] =>
  Object.entries(env ?? process.env).map(([name, value]) => `${name}=${value ?? ''}`);

/**
 * Starts a program in a process group of its own; its descriptors are copies of `fds`, by index.
 * The caller keeps and closes its own. A program that cannot be started: JanusError "internal".
 */
export const start = (command: Command, fds: readonly number[]): Child => {
  try {
    const pid = spawn({
      path: command.path,
      argv: [command.path, ...command.args],
      envp: environment(command.env),
      cwd: command.cwd,
      fds,
    });
    return { pid, exited: exitOf(pid) };
  } catch (cause) {
    throw new JanusError('internal', `cannot start ${command.path}: ${messageOf(cause)}`, { cause });
  }
};

/** Kills a program that `start` started, with what it started itself in its group. Gone already: no error. */
export const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: the group has ended.
  }
};

export const readEnd = (fd: number): Socket => new Socket({ fd, readable: true, writable: false });
export const writeEnd = (fd: number): Socket => new Socket({ fd, readable: false, writable: true });

/** Opens /dev/null for the time of `use`. */
export const withNull = <T>(use: (fd: number) => T): T => {
  const fd = openSync('/dev/null', 'r+');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
};

const DEFAULT_MAX_OUTPUT = 1024 * 1024;

/** Reads to the end, keeps the first `limit` bytes, and drops the rest: a writer is never stalled. */
export const collect = (stream: Socket, limit: number): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let room = limit;
    stream.on('data', (chunk: Buffer) => {
      if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      room = Math.max(0, room - chunk.length);
    });
    stream.on('error', () => undefined);
    stream.on('close', () => resolve(Buffer.concat(chunks)));
  });

/** The first line, without its end; what there is when the stream ends or has more than `limit` bytes before that. */
export const firstLine = (stream: Socket, limit: number): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const finish = (): void => resolve(text.split('\n')[0] ?? '');
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n') || text.length > limit) finish();
    });
    stream.on('error', () => undefined);
    stream.on('close', finish);
  });

interface Piped {
  readonly child: Child;
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
}

/** Starts a program with three pipes. The streams end with the program's copies; destroying them is the caller's. */
export const startPiped = (command: Command): Piped => {
  const pipes = [pipe(), pipe(), pipe()] as const;
  const [[inRead, inWrite], [outRead, outWrite], [errRead, errWrite]] = pipes;
  try {
    const child = start(command, [inRead, outWrite, errWrite]);
    return { child, stdin: writeEnd(inWrite), stdout: readEnd(outRead), stderr: readEnd(errRead) };
  } catch (error) {
    for (const fd of [inWrite, outRead, errRead]) closeSync(fd);
    throw error;
  } finally {
    for (const fd of [inRead, outWrite, errWrite]) closeSync(fd);
  }
};

/**
 * Runs a program to its end, in a process group of its own, and resolves whatever its exit code is.
 * Output beyond `maxOutput` bytes a stream (default 1 MiB) is read and dropped. When the signal aborts the whole group is killed,
 * reaped, and the promise rejects with the signal's reason. A program that cannot be started: JanusError "internal".
 */
export const run = async (
  command: Command,
  options: { signal: AbortSignal; maxOutput?: number },
): Promise<Finished> => {
  const { signal, maxOutput = DEFAULT_MAX_OUTPUT } = options;
  signal.throwIfAborted();
  const { child, stdin, stdout, stderr } = startPiped(command);
  const outputs = Promise.all([collect(stdout, maxOutput), collect(stderr, maxOutput)]);
  stdin.on('error', () => undefined);
  stdin.end(command.stdin ?? '');
  const abort = (): void => {
    killGroup(child.pid);
    stdout.destroy();
    stderr.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    const exitCode = await child.exited;
    const [out, err] = await outputs;
    signal.throwIfAborted();
    return { exitCode, stdout: out, stderr: err };
  } finally {
    signal.removeEventListener('abort', abort);
    stdin.destroy();
  }
};
