import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError } from '../../core/errors.ts';
import type { ProcessIdentity, SandboxRecord } from '../../core/model/sandbox.ts';
import type { SandboxPaths } from '../../core/ports/sandbox-host.ts';
import { type Child, type Command, killGroup, start, withNull } from '../../host/process.ts';
import { identify } from '../../host/process-identity.ts';
import { deleteFromRuntime } from '../delete.ts';
import { NO_SUBGROUP } from '../spec/annotations.ts';
import { toOciMappings } from '../spec/namespaces.ts';
import { PAUSE } from './pause-program.ts';
import { userNamespaceOf } from './user-namespace.ts';

/** How a runtime binary is called for one pod. */
export type RuntimeCommand = (sandbox: SandboxRecord, args: readonly string[]) => Command;

/** The init of a pod that shares its PID namespace and has a user namespace of its own: a process with more than one thread, as Node is, cannot enter one. */
export interface RuntimesInit {
  readonly sandbox: SandboxRecord;
  readonly bundle: string;
  readonly rootfs: string;
  readonly cgroupsPath: string;
  readonly paths: SandboxPaths;
}

const joined = (type: string, path: string | undefined): object[] => (path === undefined ? [] : [{ type, path }]);

/** The runtime wants the mappings of a user namespace also when it only joins it. */
const mappingsOf = (sandbox: SandboxRecord): object => {
  const user = userNamespaceOf(sandbox);
  return user === undefined ? {} : { uidMappings: toOciMappings(user.uids), gidMappings: toOciMappings(user.gids) };
};

const spec = ({ sandbox, rootfs, cgroupsPath, paths }: RuntimesInit): object => ({
  ociVersion: '1.0.2',
  root: { path: rootfs, readonly: true },
  process: {
    user: { uid: 0, gid: 0 },
    args: [`/${PAUSE}`, '-P'],
    env: ['PATH=/'],
    cwd: '/',
    capabilities: {},
    noNewPrivileges: true,
  },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'noexec', 'mode=755', 'size=64k'] },
  ],
  linux: {
    cgroupsPath,
    ...mappingsOf(sandbox),
    namespaces: [
      { type: 'pid' },
      { type: 'mount' },
      ...joined('network', paths.netns),
      ...joined('ipc', paths.ipcns),
      ...joined('uts', paths.utsns),
      ...joined('user', paths.userns),
    ],
    maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/acpi'],
    readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
  },
  annotations: NO_SUBGROUP,
});

/** A runtime that hangs ends when the signal aborts; what it made is for the caller to remove. */
const exitCodeOf = async ({ pid, exited }: Child, signal: AbortSignal): Promise<number> => {
  const abort = (): void => killGroup(pid);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const exitCode = await exited;
    signal.throwIfAborted();
    return exitCode;
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** The init keeps the descriptors that `run` is given, so it gets /dev/null, and the runtime says why it failed in a log file. */
const runDetached = async (init: RuntimesInit, runtime: RuntimeCommand, signal: AbortSignal): Promise<void> => {
  const log = join(init.bundle, 'run.log');
  const args = [
    '--log',
    log,
    'run',
    '--detach',
    '--bundle',
    init.bundle,
    '--pid-file',
    join(init.bundle, 'pid'),
    init.sandbox.id,
  ];
  const command = runtime(init.sandbox, args);
  const exitCode = await exitCodeOf(
    withNull((fd) => start(command, [fd, fd, fd])),
    signal,
  );
  if (exitCode === 0) return;
  const reason = await readFile(log, 'utf8').catch(() => '');
  throw new JanusError('internal', `${command.path} could not run the pod's init: ${reason.trim().slice(-500)}`);
};

/** Has the runtime run it: PID 1 of the pod, with a mount namespace and a root of its own, and no capabilities. */
export const startRuntimesInit = async (
  init: RuntimesInit,
  runtime: RuntimeCommand,
  signal: AbortSignal,
): Promise<ProcessIdentity> => {
  signal.throwIfAborted();
  await mkdir(init.bundle, { recursive: true, mode: 0o700 });
  await writeFile(join(init.bundle, 'config.json'), JSON.stringify(spec(init)), { mode: 0o600 });
  await runDetached(init, runtime, signal);
  const identity = identify(Number(await readFile(join(init.bundle, 'pid'), 'utf8')));
  if (identity === undefined) throw new JanusError('internal', "the pod's init ended at once");
  return identity;
};

export const removeRuntimesInit = async (
  sandbox: SandboxRecord,
  runtime: RuntimeCommand,
  signal: AbortSignal,
): Promise<void> => {
  await deleteFromRuntime(runtime(sandbox, ['delete', '--force', sandbox.id]), { signal });
};
