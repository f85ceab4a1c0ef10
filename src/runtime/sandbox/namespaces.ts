import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, invalidArgument } from '../../core/errors.ts';
import { MS, mount, unmount } from '../../host/libc/mounts.ts';
import { CLONE, loopbackUp, type NamespaceKind, sethostname, setns, unshare } from '../../host/libc/namespaces.ts';
import type { Sysctl } from '../spec/sysctls.ts';

/** Namespaces that the daemon can make, and enter, itself. */
export type PodKind = 'net' | 'ipc' | 'uts';

export interface NewNamespaces {
  readonly kinds: readonly PodKind[];
  /** Set if `uts` is among the kinds. */
  readonly hostname: string;
  /** Those of the kinds are written inside. */
  readonly sysctls: readonly Sysctl[];
}

export const inThread = (kind: NamespaceKind): string => `/proc/thread-self/ns/${kind}`;
export const pinPath = (directory: string, kind: NamespaceKind): string => join(directory, kind);

/** Makes a namespace outlive its processes: a bind mount over an empty file holds it (namespaces(7)). */
export const pin = (source: string, target: string): void => {
  closeSync(openSync(target, 'wx', 0o600));
  mount({ source, target, flags: MS.bind });
};

/** Drops a pin, and its file too: a CNI plugin given a path that is no namespace fails instead of finding nothing. */
export const unpin = (target: string): void => {
  unmount(target);
  rmSync(target, { force: true });
};

/** A name or value that the kernel does not take is the request's fault. */
const setSysctl = ({ name, path, value }: Sysctl): void => {
  try {
    writeFileSync(path, value);
  } catch (error) {
    throw invalidArgument('config.linux.sysctls', `${name}=${value}: ${errnoOf(error) ?? 'refused'}`);
  }
};

/** Gives the calling thread's namespaces what a pod expects in them. */
export const furnish = ({ kinds, hostname, sysctls }: NewNamespaces): void => {
  if (kinds.includes('net')) loopbackUp(closeSync);
  if (kinds.includes('uts')) sethostname(hostname);
  sysctls.filter(({ kind }) => kinds.includes(kind)).forEach(setSysctl);
};

interface OpenNamespace {
  readonly kind: NamespaceKind;
  readonly fd: number;
}

const closeAll = (opened: readonly OpenNamespace[]): void => opened.forEach(({ fd }) => void closeSync(fd));

/** All of them, or none is left open. */
const openAll = <K extends NamespaceKind>(
  kinds: readonly K[],
  pathOf: (kind: K) => string,
): readonly OpenNamespace[] => {
  const opened: OpenNamespace[] = [];
  try {
    for (const kind of kinds) opened.push({ kind, fd: openSync(pathOf(kind), 'r') });
    return opened;
  } catch (error) {
    closeAll(opened);
    throw error;
  }
};

/**
 * Runs `action` with the calling thread in other namespaces: `enter` moves it there. All of it is synchronous, so nothing else of the daemon
 * runs meanwhile. A thread that cannot come back would do the daemon's work in a pod: then the process ends at once.
 */
export const elsewhere = <T>(kinds: readonly NamespaceKind[], enter: () => void, action: () => T): T => {
  const home = openAll(kinds, inThread);
  try {
    enter();
    return action();
  } finally {
    try {
      for (const { kind, fd } of home) setns(fd, kind);
    } catch {
      process.abort();
    }
    closeAll(home);
  }
};

/** Makes the namespaces, furnishes them, and runs a synchronous action in them. They live on in what it pins or starts there. */
export const inNewNamespaces = <T>(wanted: NewNamespaces, action: () => T): T => {
  const flags = wanted.kinds.reduce((all, kind) => all | CLONE[kind], 0);
  return elsewhere(
    wanted.kinds,
    () => unshare(flags),
    () => {
      furnish(wanted);
      return action();
    },
  );
};

/** Makes the namespaces, furnishes and pins them: one file a kind in the directory. On failure no pin is left. */
export const pinNamespaces = (wanted: NewNamespaces, directory: string): void => {
  const { kinds } = wanted;
  if (kinds.length === 0) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    inNewNamespaces(wanted, () => {
      for (const kind of kinds) pin(inThread(kind), pinPath(directory, kind));
    });
  } catch (error) {
    for (const kind of kinds) unpin(pinPath(directory, kind));
    throw error;
  }
};

/** Runs a synchronous action in pinned namespaces, such as starting a process or opening a socket there. */
export const inNamespaces = <T>(directory: string, kinds: readonly PodKind[], action: () => T): T => {
  const pinned = openAll(kinds, (kind) => pinPath(directory, kind));
  try {
    return elsewhere(
      kinds,
      () => {
        for (const { kind, fd } of pinned) setns(fd, kind);
      },
      action,
    );
  } finally {
    closeAll(pinned);
  }
};
