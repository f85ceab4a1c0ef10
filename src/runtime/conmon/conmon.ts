import { closeSync, mkdirSync, readFileSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { JanusError } from '../../core/errors.ts';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import type { Staged } from '../../core/stages.ts';
import { isAwaited } from '../../host/children.ts';
import { pipe } from '../../host/libc/files.ts';
import { type Child, type Command, firstLine, killGroup, readEnd, start, withNull } from '../../host/process.ts';
import { lastReason } from '../../host/tool-log.ts';
import type { ContainerLayout } from '../container-layout.ts';
import type { OciRuntime } from '../oci-runtime.ts';

export interface Monitored {
  readonly ref: ContainerRef;
  readonly layout: ContainerLayout;
  readonly exits: string;
  readonly runtime: OciRuntime;
}

const streamArgs = ({ container: { config } }: ContainerRef): readonly string[] => [
  ...(config.tty ? ['--terminal'] : []),
  ...(config.stdin ? ['--stdin'] : []),
  ...(config.stdin && !config.stdinOnce ? ['--leave-stdin-open'] : []),
];

/** Arguments that every conmon of a container shares, for its main process and for exec sessions. */
export const identityArgs = ({ ref, layout, runtime }: Monitored): readonly string[] => [
  ...['--api-version', '1', '--cid', ref.container.id, '--name', ref.container.name],
  ...['--runtime', runtime.path, '--bundle', layout.bundle, '--full-attach'],
  ...runtime.globalArgs.flatMap((arg) => ['--runtime-arg', arg]),
];

const conmonArgs = (monitored: Monitored): readonly string[] => {
  const { ref, layout, exits } = monitored;
  const { id, logPath } = ref.container;
  return [
    ...identityArgs(monitored),
    ...['--cuuid', id, '--container-pidfile', layout.pidfile, '--conmon-pidfile', layout.conmonPidfile],
    ...['--exit-dir', exits, '--persist-dir', layout.persist],
    ...['--log-path', logPath === '' ? 'none' : `k8s-file:${logPath}`],
    ...streamArgs(ref),
  ];
};

/** The container's first process, or why the runtime refused to make it, in its own words. */
export type RuntimeAnswer = { readonly pid: number } | { readonly refusal: string };

/** The sync pipe carries one line of JSON: the container's pid, or -1 with the runtime's own words. */
const parseSync = (text: string): RuntimeAnswer => {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new JanusError('internal', `conmon ended without a word${text === '' ? '' : `: ${text.slice(0, 200)}`}`);
  }
  const { data, message: reason } = message as { data?: unknown; message?: unknown };
  if (typeof data === 'number' && data > 0) return { pid: data };
  return { refusal: typeof reason === 'string' ? lastReason(reason) : 'no reason given' };
};

const START_FD = 4;
const SYNC_FD = 3;
const MAX_SYNC_BYTES = 64 * 1024;

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
  // Otherwise conmon refuses arguments that are not ASCII: names and log paths.
  LC_ALL: 'C.UTF-8',
  _OCI_SYNCPIPE: String(SYNC_FD),
  _OCI_STARTPIPE: String(START_FD),
});

interface Started {
  readonly child: Child;
  /** What the runtime said comes here. */
  readonly sync: Socket;
}

const startProgram = (monitored: Monitored): Started => {
  const command: Command = {
    path: 'conmon',
    args: conmonArgs(monitored),
    env: environment(),
    cwd: monitored.layout.bundle,
  };
  const [syncRead, syncWrite] = pipe();
  const [startRead, startWrite] = pipe();
  const sync = readEnd(syncRead);
  try {
    // Before the start, so that nothing can fail between it and the guard of the caller.
    writeSync(startWrite, '\0');
    return { child: withNull((fd) => start(command, [fd, fd, fd, syncWrite, startRead])), sync };
  } catch (error) {
    sync.destroy();
    throw error;
  } finally {
    for (const fd of [syncWrite, startRead, startWrite]) closeSync(fd);
  }
};

/**
 * Ends what we have started, with what it has forked that is still in its group, unless it has ended itself. A search by arguments does not find it for
 * certain: a process has none for a moment after its exec (proc(5)), and conmon's first process forks the second and ends. When the first is gone all
 * that is left has its arguments: a fork has them from the beginning, and the second outlives the runtime's `create`.
 */
const endStarted = async ({ pid, exited }: Child): Promise<void> => {
  if (!isAwaited(pid)) return;
  killGroup(pid);
  await exited;
};

/**
 * Starts conmon, which starts the runtime's `create`, and resolves with what that said. conmon leaves our process group and outlives us.
 * When this fails both may still be at work: ending them by their arguments, which all of them show then, and removing what they made, is the caller's.
 */
export const startConmon = async (
  monitored: Monitored,
  { signal, stage }: Staged<'monitored'>,
): Promise<RuntimeAnswer> => {
  signal.throwIfAborted();
  mkdirSync(monitored.layout.persist, { recursive: true, mode: 0o700 });
  const { child, sync } = startProgram(monitored);
  const abort = (): void => void sync.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const answer = firstLine(sync, MAX_SYNC_BYTES);
    await stage?.('monitored');
    const line = await answer;
    signal.throwIfAborted();
    return parseSync(line);
  } catch (error) {
    await endStarted(child);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    sync.destroy();
  }
};

/** The pid of the container's conmon while it runs. The command line is held against the id: pids are used again. */
export const conmonPid = ({ conmonPidfile }: ContainerLayout, id: string): number | undefined => {
  try {
    const pid = Number(readFileSync(conmonPidfile, 'utf8'));
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(id) ? pid : undefined;
  } catch {
    return undefined;
  }
};

export const killConmon = (layout: ContainerLayout, id: string): void => {
  const pid = conmonPid(layout, id);
  if (pid !== undefined) killGroup(pid);
};
