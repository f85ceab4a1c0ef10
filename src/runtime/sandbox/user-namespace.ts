import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { invalidArgument, JanusError } from '../../core/errors.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { IdMapping, UserNamespace } from '../../core/model/security.ts';
import { type Child, killGroup, start, withNull } from '../../host/process.ts';
import { furnish, inNamespaces, type NewNamespaces, pin, pinPath, unpin } from './namespaces.ts';

/** The pod's own user namespace, if it asks for one. */
export const userNamespaceOf = ({ config }: SandboxRecord): UserNamespace | undefined => {
  const { user } = config.security.namespaces;
  return user?.mode === 'pod' ? user : undefined;
};

/** Errors: invalid-argument for mappings that make no namespace, failed-precondition where there is none or it cannot be combined. */
export const checkUserNamespace = (sandbox: SandboxRecord, supported: boolean): void => {
  const user = userNamespaceOf(sandbox);
  if (user === undefined) return;
  const field = 'config.linux.security_context.namespace_options.userns_options';
  for (const [name, mappings] of Object.entries({ uids: user.uids, gids: user.gids })) {
    if (mappings.length !== 1) throw invalidArgument(`${field}.${name}`, 'must hold exactly one mapping');
    if (mappings.some(({ length }) => length === 0)) throw invalidArgument(`${field}.${name}.length`, 'must not be 0');
    if (!mappings.some(({ containerId }) => containerId === 0))
      throw invalidArgument(`${field}.${name}`, 'must map the id 0');
  }
  if (!supported) throw new JanusError('failed-precondition', `${field}: this host has no user namespaces`);
  if (sandbox.config.security.namespaces.network === 'node')
    throw new JanusError(
      'failed-precondition',
      `${field}: a pod with a user namespace of its own cannot use the host network`,
    );
};

/** `container host length`, a line each (user_namespaces(7)). */
const mapFile = (mappings: readonly IdMapping[]): string =>
  mappings.map(({ containerId, hostId, length }) => `${containerId} ${hostId} ${length}\n`).join('');

/** Ends by itself, should the daemon die before the namespaces are pinned. */
const HOLDER_SECONDS = 30;
const HOLDER = 'sleep';
const POLL_MS = 1;
const READY_MS = 5000;

/** A process with more than one thread, as Node is, cannot make a user namespace: a small program does, and holds it until it is pinned. */
const startHolder = ({ kinds }: NewNamespaces): Child => {
  const args = ['--user', ...kinds.map((kind) => `--${kind}`), '--', HOLDER, String(HOLDER_SECONDS)];
  return withNull((fd) => start({ path: 'unshare', args, cwd: '/' }, [fd, fd, fd]));
};

/** It has made its namespaces when it has become the other program. */
const holderReady = async ({ pid }: Child): Promise<void> => {
  const deadline = Date.now() + READY_MS;
  while (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== HOLDER) {
    if (Date.now() > deadline) throw new JanusError('internal', 'unshare does not make the user namespace');
    await delay(POLL_MS);
  }
};

/**
 * Makes a user namespace with these mappings and, owned by it, the other namespaces; furnishes and pins them all. A network
 * namespace has to be owned by it, or sysfs cannot be mounted in the pod's containers. On failure no pin is left.
 */
export const pinOwnedNamespaces = async (
  wanted: NewNamespaces,
  directory: string,
  user: UserNamespace,
): Promise<void> => {
  const { kinds } = wanted;
  const all = ['user', ...kinds] as const;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const holder = startHolder(wanted);
  try {
    await holderReady(holder);
    writeFileSync(`/proc/${holder.pid}/uid_map`, mapFile(user.uids));
    writeFileSync(`/proc/${holder.pid}/gid_map`, mapFile(user.gids));
    for (const kind of all) pin(`/proc/${holder.pid}/ns/${kind}`, pinPath(directory, kind));
    inNamespaces(directory, kinds, () => furnish(wanted));
  } catch (error) {
    for (const kind of all) unpin(pinPath(directory, kind));
    throw error;
  } finally {
    killGroup(holder.pid);
  }
};

/** Which host id a user namespace's root is. */
export const rootOf = ({ uids, gids }: UserNamespace): { readonly uid: number; readonly gid: number } => ({
  uid: uids.find(({ containerId }) => containerId === 0)?.hostId ?? 0,
  gid: gids.find(({ containerId }) => containerId === 0)?.hostId ?? 0,
});
