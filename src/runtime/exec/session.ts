import type { ContainerRef, ExecSpec, SessionIo } from '../../core/ports/container-runtime.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { startInTerminal } from './in-terminal.ts';
import { startPiped } from './piped.ts';
import { feed, type Relay, relay } from './relay.ts';
import type { StartedProcess } from './start-process.ts';

export interface SessionRequest {
  readonly ref: ContainerRef;
  readonly spec: ExecSpec;
  readonly io: SessionIo;
}

interface Running {
  readonly process: StartedProcess;
  readonly outputs: readonly Relay[];
  /** The process takes no more input. */
  closeInput(): void;
}

/** What a terminal's line discipline takes for the end of the input (termios(3), VEOF). */
const END_OF_TRANSMISSION = '\x04';

const inTerminal = async (
  env: ExecEnvironment,
  { ref, spec, io }: SessionRequest,
  signal: AbortSignal,
): Promise<Running> => {
  const { process, terminal } = await startInTerminal(env, { ref, command: spec.command, resize: io.resize }, signal);
  const { stream } = terminal;
  const output = relay(terminal, io.stdout);
  if (io.stdin !== undefined) feed(io.stdin, stream, () => void stream.write(END_OF_TRANSMISSION));
  return { process, outputs: [output], closeInput: () => io.stdin?.unpipe(stream).resume() };
};

const withPipes = async (
  env: ExecEnvironment,
  { ref, spec, io }: SessionRequest,
  signal: AbortSignal,
): Promise<Running> => {
  const { process, stdin, stdout, stderr } = await startPiped(
    env,
    { ref, command: spec.command, withStdin: io.stdin !== undefined },
    signal,
  );
  if (stdin !== undefined) feed(io.stdin, stdin.stream, () => stdin.stream.end());
  return {
    process,
    outputs: [relay(stdout, io.stdout), relay(stderr, io.stderr)],
    closeInput: () => stdin?.stream.destroy(),
  };
};

/** How long a background process may hold the output open after the command itself has ended, unless the client is what is slow. */
const DRAIN_MS = 1000;

const drain = async (outputs: readonly Relay[]): Promise<void> => {
  const timer = setTimeout(() => {
    for (const output of outputs) output.finish();
  }, DRAIN_MS);
  await Promise.all(outputs.map(({ done }) => done));
  clearTimeout(timer);
};

/**
 * Runs a command for a client that is there to see it, and resolves with its exit code when its output has been handed over. The command does not outlive the
 * session: when the signal aborts it is killed with all that came of it, and the call rejects with the signal's reason.
 */
export const execSession = async (
  env: ExecEnvironment,
  request: SessionRequest,
  signal: AbortSignal,
): Promise<number> => {
  signal.throwIfAborted();
  const { process, outputs, closeInput } = await (request.spec.tty ? inTerminal : withPipes)(env, request, signal);
  const cut = (): void => {
    for (const output of outputs) output.cut();
  };
  let killed: Promise<void> | undefined;
  const kill = (): void => {
    killed = process.kill().finally(cut);
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    if (signal.aborted) kill();
    const exitCode = await process.exited;
    closeInput();
    await drain(outputs);
    await killed;
    signal.throwIfAborted();
    return exitCode;
  } finally {
    signal.removeEventListener('abort', kill);
    closeInput();
    cut();
  }
};
