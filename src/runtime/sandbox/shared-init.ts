import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError } from '../../core/errors.ts';
import type { ProcessIdentity, SandboxRecord } from '../../core/model/sandbox.ts';
import type { SandboxPaths } from '../../core/ports/sandbox-host.ts';
import { identify } from '../../host/process-identity.ts';
import { run, start, withNull, type Command } from '../../host/process.ts';
import { PAUSE } from './pause.ts';

/** How a runtime binary is called for one pod. */
export interface RuntimeCommand {
  (sandbox: SandboxRecord, args: readonly string[]): Command;
}

export interface SharedInit {
  readonly sandbox: SandboxRecord;
  readonly bundle: string;
  readonly rootfs: string;
  readonly cgroupsPath: string;
  readonly paths: SandboxPaths;
}

const PATHS = ['/usr/bin', '/usr/libexec/podman', '/usr/local/bin', '/bin'];

/** A root with nothing in it but the init, shared by all pods, read-only. */
export const makeInitRoot = async (directory: string): Promise<void> => {
  await Promise.all(['proc', 'dev', 'sys'].map((name) => mkdir(join(directory, name), { recursive: true, mode: 0o755 })));
  for (const path of PATHS) {
    const found = await copyFile(join(path, PAUSE), join(directory, PAUSE)).then(
      () => true,
      () => false,
    );
    if (found) return;
  }
  throw new JanusError('failed-precondition', `${PAUSE} is not installed: a pod with a shared PID namespace needs it`);
};

const joined = (type: string, path: string | undefined): object[] => (path === undefined ? [] : [{ type, path }]);

const spec = ({ rootfs, cgroupsPath, paths }: SharedInit): object => ({
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
    namespaces: [
      { type: 'pid' },
      { type: 'mount' },
      ...joined('network', paths.netns),
      ...joined('ipc', paths.ipcns),
      ...joined('uts', paths.utsns),
    ],
    maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/acpi'],
    readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
  },
});

/** The init keeps the descriptors that `run` is given, so it gets /dev/null, and the runtime says why it failed in a log file. */
const runDetached = async (init: SharedInit, runtime: RuntimeCommand): Promise<void> => {
  const log = join(init.bundle, 'run.log');
  const args = ['--log', log, 'run', '--detach', '--bundle', init.bundle, '--pid-file', join(init.bundle, 'pid'), init.sandbox.id];
  const command = runtime(init.sandbox, args);
  const exitCode = await withNull((fd) => start(command, [fd, fd, fd])).exited;
  if (exitCode === 0) return;
  const reason = await readFile(log, 'utf8').catch(() => '');
  throw new JanusError('internal', `${command.path} could not run the pod's init: ${reason.trim().slice(-500)}`);
};

/**
 * The init of a PID namespace that the pod's containers share: PID 1 there, reaps orphans, and has a mount namespace and a root of its own,
 * since every container of the pod can look into /proc/1/root.
 */
export const startSharedInit = async (init: SharedInit, runtime: RuntimeCommand): Promise<ProcessIdentity> => {
  await mkdir(init.bundle, { recursive: true, mode: 0o700 });
  await writeFile(join(init.bundle, 'config.json'), JSON.stringify(spec(init)), { mode: 0o600 });
  await runDetached(init, runtime);
  const identity = identify(Number(await readFile(join(init.bundle, 'pid'), 'utf8')));
  if (identity === undefined) throw new JanusError('internal', "the pod's init ended at once");
  return identity;
};

export const removeSharedInit = async (sandbox: SandboxRecord, runtime: RuntimeCommand, signal: AbortSignal): Promise<void> => {
  const { exitCode, stderr } = await run(runtime(sandbox, ['delete', '--force', sandbox.id]), { signal });
  if (exitCode !== 0 && !/does not exist/.test(stderr.toString()))
    throw new JanusError('internal', `the pod's init cannot be removed: ${stderr.toString().trim()}`);
};
