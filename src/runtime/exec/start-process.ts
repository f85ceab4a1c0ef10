import { readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { JanusError } from '../../core/errors.ts';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { exitOfOrphan, expectingOrphan } from '../../host/adopted.ts';
import { type Child, start, withNull } from '../../host/process.ts';
import { identify } from '../../host/process-identity.ts';
import { type CallFiles, identifyCall, type ProcessSpec, removeCallFiles, writeCallFiles } from './call-files.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { startFailure } from './failure.ts';
import { killTree, sessionNow } from './process-tree.ts';

export interface ProcessRequest extends ProcessSpec {
  readonly ref: ContainerRef;
  /** Standard input, output and error of the process; it needs none in a terminal. */
  readonly fds?: readonly [number, number, number];
  /** Name, in the bundle, of the socket that takes the terminal. */
  readonly consoleSocket?: string;
}

/** A process in a container, a child of this one. */
export interface StartedProcess {
  readonly exited: Promise<number>;
  /** Kills it with its descendants and the orphans of its session. It may have ended. */
  kill(): Promise<void>;
}

/** A runtime that does not come back, say from a frozen container, may hold its place in the line no longer. */
const START_TIMEOUT_MS = 60_000;

/**
 * Has the runtime start a process and leave it to us: no process of the runtime stays behind. When the signal aborts before it runs, all that has been
 * started is killed and the call rejects with the signal's reason. A command that cannot be run: `invalid-argument`.
 */
export const startProcess = (
  env: ExecEnvironment,
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<StartedProcess> =>
  env.starts(signal, () =>
    expectingOrphan(async () => {
      env.expectMove();
      const files = writeCallFiles(env.layout(request.ref), request);
      let isRunning = false;
      try {
        await callRuntime(env, { ...request, files }, signal);
        const pid = Number(readFileSync(files.pid, 'utf8'));
        const identity = identify(pid);
        if (identity !== undefined) identifyCall(files, identity);
        const started = adopted(env, request.ref, { pid, session: sessionNow(pid), pidFile: files.pid });
        isRunning = true;
        if (signal.aborted) await started.kill();
        signal.throwIfAborted();
        return started;
      } finally {
        removeCallFiles(files, isRunning);
      }
    }),
  );

const callRuntime = async (
  env: ExecEnvironment,
  call: ProcessRequest & { files: CallFiles },
  signal: AbortSignal,
): Promise<void> => {
  const { ref, fds, files, consoleSocket } = call;
  signal.throwIfAborted();
  const options = ['--detach', '--pid-file', files.pid, '--process', files.process];
  if (consoleSocket !== undefined) options.push('--console-socket', consoleSocket);
  const args = ['--log', files.log, '--log-format', 'json', 'exec', ...options, ref.container.id];
  const command = { ...env.runtime(ref, args), cwd: env.layout(ref).bundle };
  const runtime = fds === undefined ? withNull((none) => start(command, [none, none, none])) : start(command, fds);
  const kill = (): void => void killTree({ root: runtime.pid, rooted: true, candidates: () => env.pids(ref) });
  const exitCode = await exitInTime(runtime, kill, signal);
  if (exitCode !== 0) throw startFailure(await readFile(files.log, 'utf8').catch(() => ''), exitCode);
};

/** Kills the runtime, and what it may just have started, when the signal aborts or it takes too long. */
const exitInTime = async ({ exited }: Child, kill: () => void, signal: AbortSignal): Promise<number> => {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, START_TIMEOUT_MS);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const exitCode = await exited;
    if (exitCode !== 0) signal.throwIfAborted();
    if (late)
      throw new JanusError(
        'deadline-exceeded',
        `the runtime did not start the process within ${START_TIMEOUT_MS / 1000} s`,
      );
    return exitCode;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
};

const adopted = (
  env: ExecEnvironment,
  ref: ContainerRef,
  { pid, session, pidFile }: { readonly pid: number; readonly session: number; readonly pidFile: string },
): StartedProcess => {
  let rooted = true;
  const exited = exitOfOrphan(pid).finally(() => {
    rooted = false;
    rmSync(pidFile, { force: true });
  });
  return { exited, kill: () => killTree({ root: pid, rooted, session, candidates: () => env.pids(ref) }) };
};
