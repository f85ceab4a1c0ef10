import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError } from '../../core/errors.ts';
import type { ContainerRef, ExecSyncResult } from '../../core/ports/container-runtime.ts';
import { collect, killGroup, startPiped, type Command } from '../../host/process.ts';
import { killTree } from './process-tree.ts';

/** Per stream; the rest is read and dropped, so that endless output neither fills the daemon nor stalls the container. */
const MAX_OUTPUT = 16 * 1024 * 1024;
/** How long a background process may hold the output open after the command itself has ended. */
const DRAIN_MS = 1000;

export interface ExecSyncInput {
  readonly ref: ContainerRef;
  readonly command: readonly string[];
  /** Where the pid and log files of the call live for its time. */
  readonly directory: string;
  readonly runtime: (args: readonly string[]) => Command;
  /** Processes of the container, for the kill at a time-out. */
  readonly pids: () => Promise<readonly number[]>;
}

/** Lines of the runtime's own log: it failed, not the command. `msg` is what it says. */
const runtimeFailure = (log: string): string | undefined => {
  for (const line of log.split('\n').filter(Boolean)) {
    try {
      const { level, msg } = JSON.parse(line) as { level?: string; msg?: string };
      if (level === 'error' || level === 'fatal') return msg ?? 'no reason given';
    } catch {
      // Not a line of JSON: crun also writes plain warnings.
    }
  }
  return undefined;
};

const COMMAND_FAULT = /executable file not found|no such file or directory|permission denied|is a directory|exec format error/i;

const failureError = (reason: string): JanusError =>
  COMMAND_FAULT.test(reason) ? new JanusError('invalid-argument', `cmd: cannot be run: ${reason}`) : new JanusError('internal', `exec failed: ${reason}`);

interface CallFiles {
  readonly pid: string;
  readonly log: string;
}

const callFiles = (directory: string): CallFiles => {
  const name = join(directory, `exec-${randomBytes(6).toString('hex')}`);
  return { pid: `${name}.pid`, log: `${name}.log` };
};

const drained = <T>(output: Promise<T>, cut: () => void): Promise<T> => {
  const timer = setTimeout(cut, DRAIN_MS);
  return output.finally(() => clearTimeout(timer));
};

/**
 * Runs a command in the container and collects its output. The runtime stays as the parent and passes the exit code on. When the signal aborts, the command is
 * killed with all its descendants, and the call rejects with the signal's reason.
 */
export const execSync = async (input: ExecSyncInput, signal: AbortSignal): Promise<ExecSyncResult> => {
  signal.throwIfAborted();
  const files = callFiles(input.directory);
  const args = ['--log', files.log, '--log-format', 'json', 'exec', '--pid-file', files.pid, input.ref.container.id, ...input.command];
  const { child, stdin, stdout, stderr } = startPiped(input.runtime(args));
  stdin.on('error', () => undefined);
  stdin.end();
  const cut = (): void => {
    stdout.destroy();
    stderr.destroy();
  };
  const output = Promise.all([collect(stdout, MAX_OUTPUT), collect(stderr, MAX_OUTPUT)]);
  const abort = (): void => void killExec(files, child.pid, input.pids).finally(cut);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const exitCode = await child.exited;
    const [out, err] = await drained(output, cut);
    signal.throwIfAborted();
    const failure = exitCode === 0 ? undefined : runtimeFailure(await readFile(files.log, 'utf8').catch(() => ''));
    if (failure !== undefined) throw failureError(failure);
    return { stdout: out, stderr: err, exitCode };
  } finally {
    signal.removeEventListener('abort', abort);
    await Promise.all([rm(files.pid, { force: true }), rm(files.log, { force: true })]);
  }
};

const killExec = async (files: CallFiles, runtimePid: number, pids: ExecSyncInput['pids']): Promise<void> => {
  const pid = Number(await readFile(files.pid, 'utf8').catch(() => '0'));
  if (pid > 0) await killTree(pid, pids);
  killGroup(runtimePid);
};
