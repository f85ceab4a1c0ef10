import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRef, SessionIo, TerminalSize } from '../../core/ports/container-runtime.ts';
import { type OwnStream, setTerminalSize, streamOver } from '../../host/libc/descriptors.ts';
import { openConsole } from './console.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

/** A client that has a size sends it at once. One that sends none must not wait for long. */
const FIRST_SIZE_MS = 50;

type Sizes = AsyncIterator<TerminalSize>;

const firstSize = async (first: ReturnType<Sizes['next']>): Promise<TerminalSize | undefined> => {
  const none = new AbortController();
  const timeout = delay(FIRST_SIZE_MS, undefined, { signal: none.signal }).catch(() => undefined);
  const size = await Promise.race([first, timeout]);
  none.abort();
  return size?.done === false ? size.value : undefined;
};

/** Applies sizes, for as long as they come and the terminal is there. */
const follow = async (sizes: Sizes, first: ReturnType<Sizes['next']>, { fd, stream }: OwnStream): Promise<void> => {
  for (let size = await first; !size.done && !stream.destroyed; size = await sizes.next())
    setTerminalSize(fd, size.value);
};

/** Starts a process in a terminal that has the client's size from the beginning, if the client says one in time. */
export const startInTerminal = async (
  env: ExecEnvironment,
  request: { readonly ref: ContainerRef; readonly command: readonly string[]; readonly resize: SessionIo['resize'] },
  signal: AbortSignal,
): Promise<{ readonly process: StartedProcess; readonly terminal: OwnStream }> => {
  const { ref, command, resize } = request;
  const sizes = resize[Symbol.asyncIterator]();
  const first = sizes.next();
  const size = await firstSize(first);
  using console = openConsole(env.layout(ref).bundle);
  const process = await startProcess(env, { ref, command, terminal: { size }, consoleSocket: console.name }, signal);
  try {
    const terminal = streamOver(console.receive());
    void follow(sizes, first, terminal).catch(() => undefined);
    return { process, terminal };
  } catch (error) {
    await process.kill();
    throw error;
  }
};
