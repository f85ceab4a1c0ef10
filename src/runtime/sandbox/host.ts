import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { withCleanupFailures } from '../../core/errors.ts';
import { type SandboxId, sandboxId } from '../../core/model/ids.ts';
import type { ProcessIdentity, SandboxRecord } from '../../core/model/sandbox.ts';
import type {
  EndStage,
  PrepareStage,
  ProcessStage,
  ReleaseStage,
  SandboxHost,
  SandboxLeftover,
  SandboxPaths,
} from '../../core/ports/sandbox-host.ts';
import type { Staged } from '../../core/stages.ts';
import { makeDirectory } from '../../host/files.ts';
import { unmount } from '../../host/libc/mounts.ts';
import { hasPid, signalProcess } from '../../host/process-identity.ts';
import { cgroupPids, joinCgroup, makeCgroup } from '../cgroups/cgroup.ts';
import type { ExpectMove } from '../cgroups/expect-move.ts';
import { findCgroups, placeOf } from '../cgroups/find.ts';
import type { CgroupHierarchy } from '../cgroups/hierarchy.ts';
import { cgroupDirectory, ociCgroupsPath, parentOf, scopeName } from '../cgroups/paths.ts';
import { killCgroup, removeCgroup } from '../cgroups/take-down.ts';
import { endMaking } from '../end-making.ts';
import { idsIn } from '../leftovers.ts';
import { connectInside } from '../port-forward/connect.ts';
import { openTo } from '../rootfs.ts';
import { checkSysctls } from '../spec/sysctls.ts';
import { isAlive } from './alive.ts';
import { podHostname, writeEtcFiles, writeHosts } from './etc-files.ts';
import { createInitRoot } from './init-root.ts';
import {
  hasRuntimesInit,
  heldKinds,
  layoutOf,
  pathsOf,
  pinnedKinds,
  processPins,
  type SandboxLayout,
  sandboxesDirectory,
  sharesPid,
} from './layout.ts';
import { inNewNamespaces, type NewNamespaces, type PodKind, pin, pinNamespaces, pinPath, unpin } from './namespaces.ts';
import { inNetwork } from './network.ts';
import { endPause, startPause } from './pause.ts';
import { holdsSysfs, mountShm, mountSysfs } from './pod-mounts.ts';
import { type RuntimeCommand, removeRuntimesInit, startRuntimesInit } from './runtimes-init.ts';
import { startScope, stopScope } from './systemd-scope.ts';
import { checkUserNamespace, pinOwnedNamespaces, rootOf, userNamespaceOf } from './user-namespace.ts';

export interface SandboxHostOptions {
  /** The daemon's directory of this boot. */
  readonly state: string;
  readonly cgroups: CgroupHierarchy;
  readonly expectMove: ExpectMove;
  /** HostFacts.userNamespaces. */
  readonly userNamespaces: boolean;
  readonly runtime: RuntimeCommand;
}

const ALL_PINS = ['net', 'ipc', 'uts', 'pid', 'user'] as const;

const newNamespaces = (sandbox: SandboxRecord, kinds: readonly PodKind[]): NewNamespaces => ({
  kinds,
  hostname: podHostname(sandbox),
  sysctls: checkSysctls(sandbox.config),
});

/** The process that gets them is started beside the plugins of the network: what the kernel does not take is refused before those run. */
const trySysctls = (held: NewNamespaces): void => {
  if (held.sysctls.some(({ kind }) => held.kinds.includes(kind))) inNewNamespaces(held, () => undefined);
};

export const createSandboxHost = (options: SandboxHostOptions): SandboxHost => {
  const { state, cgroups, expectMove, userNamespaces, runtime } = options;
  const initRoot = createInitRoot(`${state}/init-root`);
  const layout = (sandbox: { readonly id: SandboxId }) => layoutOf(state, sandbox.id);
  const cgroupOf = (sandbox: SandboxRecord): string => cgroupDirectory(sandbox, sandbox.id);

  const prepare = async (
    sandbox: SandboxRecord,
    { stage }: Pick<Staged<PrepareStage>, 'stage'>,
  ): Promise<SandboxPaths> => {
    const own = layout(sandbox);
    const paths = pathsOf(sandbox, own);
    expectMove();
    await stage?.('namespaces');
    await makeOwnDirectory(sandbox, own);
    try {
      trySysctls(newNamespaces(sandbox, heldKinds(sandbox)));
      await pinAll(sandbox, own);
      await stage?.('files');
      writeEtcFiles(sandbox, own);
      await stage?.('mounts');
      if (paths.shm !== undefined) await mountShm(paths.shm);
      if (holdsSysfs(sandbox)) await mountSysfs(own);
      return paths;
    } catch (error) {
      const failures = await release(sandbox, {}).then(
        () => [],
        (failure: unknown) => [failure],
      );
      throw withCleanupFailures(error, failures);
    }
  };

  /** /dev/shm is everybody's inside of the pod, and the mount table tells everybody on the host where it is. */
  const makeOwnDirectory = async (sandbox: SandboxRecord, { directory }: SandboxLayout): Promise<void> => {
    await makeDirectory(directory, 0o700);
    const user = userNamespaceOf(sandbox);
    if (user !== undefined) await openTo(directory, rootOf(user));
  };

  const pinAll = async (sandbox: SandboxRecord, { pins }: SandboxLayout): Promise<void> => {
    const wanted = newNamespaces(sandbox, pinnedKinds(sandbox));
    const user = userNamespaceOf(sandbox);
    if (user === undefined) pinNamespaces(wanted, pins);
    else await pinOwnedNamespaces(wanted, pins, user);
  };

  const place = async (sandbox: SandboxRecord, { pid }: ProcessIdentity, signal: AbortSignal): Promise<void> => {
    const cgroup = cgroupOf(sandbox);
    if (sandbox.cgroupDriver === 'systemd') {
      const holdsProcess = async (): Promise<boolean> => cgroupPids(cgroups, cgroup).includes(pid);
      return startScope({ unit: scopeName(sandbox.id), slice: parentOf(sandbox), pid, holdsProcess }, signal);
    }
    await makeCgroup(cgroups, cgroup);
    await joinCgroup(cgroups, cgroup, pid);
  };

  const haveInitRun = async (sandbox: SandboxRecord, signal: AbortSignal): Promise<ProcessIdentity> => {
    const { bundle, pins } = layout(sandbox);
    await initRoot.make();
    const cgroupsPath = ociCgroupsPath(sandbox, sandbox.id);
    const init = { sandbox, bundle, rootfs: initRoot.directory, cgroupsPath, paths: pathsOf(sandbox, layout(sandbox)) };
    const process = await startRuntimesInit(init, runtime, signal);
    await mkdir(pins, { recursive: true, mode: 0o700 });
    pin(`/proc/${process.pid}/ns/pid`, pinPath(pins, 'pid'));
    return process;
  };

  const startOwn = async (
    sandbox: SandboxRecord,
    { signal, stage }: Staged<ProcessStage>,
  ): Promise<ProcessIdentity> => {
    const held = newNamespaces(sandbox, heldKinds(sandbox));
    if (sharesPid(sandbox)) await initRoot.make();
    const process = startPause(layout(sandbox), {
      pinned: pinnedKinds(sandbox),
      held,
      initRoot: sharesPid(sandbox) ? initRoot : undefined,
    });
    try {
      await stage?.('pod-cgroup');
      await place(sandbox, process, signal);
      return process;
    } catch (error) {
      signalProcess(process, 'SIGKILL');
      throw error;
    }
  };

  const startProcess = async (sandbox: SandboxRecord, options: Staged<ProcessStage>): Promise<ProcessIdentity> => {
    await options.stage?.('process');
    return hasRuntimesInit(sandbox) ? haveInitRun(sandbox, options.signal) : startOwn(sandbox, options);
  };

  const endProcess = async (sandbox: SandboxRecord, { signal, stage }: Staged<EndStage>): Promise<void> => {
    await stage?.('pod-cgroup');
    const halfMade = sandbox.state.kind === 'creating';
    // Earlier builds had the runtime run the init of any pod that shares its PID namespace.
    if (hasRuntimesInit(sandbox) || existsSync(layout(sandbox).bundle)) {
      if (halfMade) await endMaking(layout(sandbox).bundle, { signal });
      await removeRuntimesInit(sandbox, runtime, signal);
    } else if (halfMade) await endPause(layout(sandbox), { signal });
    await killCgroup(cgroups, cgroupOf(sandbox));
    if (sandbox.cgroupDriver === 'systemd') await stopScope(scopeName(sandbox.id), signal);
    await removeCgroup(cgroups, cgroupOf(sandbox));
  };

  const release = async (sandbox: SandboxRecord, { stage }: Pick<Staged<ReleaseStage>, 'stage'>): Promise<void> => {
    const own = layout(sandbox);
    await stage?.('namespaces');
    for (const kind of ALL_PINS) unpin(pinPath(own.pins, kind));
    unmount(own.sysfs);
    unmount(own.shm);
  };

  return {
    check: (sandbox) => {
      checkSysctls(sandbox.config);
      checkUserNamespace(sandbox, userNamespaces);
      parentOf(sandbox);
    },
    prepare,
    paths: (sandbox) => pathsOf(sandbox, layout(sandbox)),
    startProcess,
    writeHosts: async (sandbox, ips) => writeHosts(sandbox, layout(sandbox), ips),
    mayRun: ({ pid }) => hasPid(pid),
    isAlive: async (sandbox) => {
      const { state: current } = sandbox;
      if (current.kind !== 'ready') return false;
      const { directory, pins } = layout(sandbox);
      // Not of this boot: without pins, pid and start time alone may be a stranger's.
      if (!existsSync(directory)) return false;
      return current.process === undefined || isAlive(current.process, pins, processPins(sandbox));
    },
    connect: (sandbox, port, { signal }) =>
      connectInside({ enter: inNetwork(layout(sandbox).pins, pinnedKinds(sandbox)), port }, signal),
    endProcess,
    release,
    remove: async (sandbox) => rm(layout(sandbox).directory, { recursive: true, force: true }),
    leftovers: async (isKnown) => {
      const ids = (await idsIn(sandboxesDirectory(state))).map(sandboxId).filter((id) => !isKnown(id));
      const found = findCgroups(cgroups, ids);
      return ids.map((id): SandboxLeftover => {
        const directory = found.get(id);
        return { id, cgroup: directory === undefined ? undefined : placeOf(directory) };
      });
    },
  };
};
