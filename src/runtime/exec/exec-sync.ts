import type { ContainerRef, ExecSyncResult } from '../../core/ports/container-runtime.ts';
import { collect } from '../../host/process.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { startPiped } from './piped.ts';

/**
 * Both streams together: kubelets take messages of at most 16 MiB, and 1 KiB is for the rest of it. What is more is read and dropped, so that endless
 * output neither fills the daemon nor stalls the container.
 */
const MAX_OUTPUT = 16 * 1024 * 1024 - 1024;
/** How long a background process may hold the output open after the command itself has ended. */
const DRAIN_MS = 1000;

/** Neither stream is cut below a half for the other's sake. */
const fitting = (out: Buffer, err: Buffer): Pick<ExecSyncResult, 'stdout' | 'stderr'> => {
  const stderr = err.subarray(0, Math.max(MAX_OUTPUT / 2, MAX_OUTPUT - out.length));
  return { stdout: out.subarray(0, MAX_OUTPUT - stderr.length), stderr };
};

const drained = <T>(output: Promise<T>, cut: () => void): Promise<T> => {
  const timer = setTimeout(cut, DRAIN_MS);
  return output.finally(() => clearTimeout(timer));
};

/**
 * Runs a command in the container and collects its output. When the signal aborts, the command is killed with all that came of it, and the call rejects with
 * the signal's reason.
 */
export const execSync = async (
  env: ExecEnvironment,
  { ref, command }: { readonly ref: ContainerRef; readonly command: readonly string[] },
  signal: AbortSignal,
): Promise<ExecSyncResult> => {
  const { process, stdout, stderr } = await startPiped(env, { ref, command, withStdin: false }, signal);
  const cut = (): void => {
    stdout.stream.destroy();
    stderr.stream.destroy();
  };
  const output = Promise.all([collect(stdout.stream, MAX_OUTPUT), collect(stderr.stream, MAX_OUTPUT)]);
  const abort = (): void => void process.kill().finally(cut);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    const exitCode = await process.exited;
    const [out, err] = await drained(output, cut);
    signal.throwIfAborted();
    return { ...fitting(out, err), exitCode };
  } finally {
    signal.removeEventListener('abort', abort);
    cut();
  }
};
