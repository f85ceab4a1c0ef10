import type { SandboxId } from '../../../../src/core/model/ids.ts';
import type { SandboxRecord } from '../../../../src/core/model/sandbox.ts';
import type {
  CgroupPlace,
  SandboxHost,
  SandboxLeftover,
  SandboxPaths,
} from '../../../../src/core/ports/sandbox-host.ts';
import type { Script } from './script.ts';

export interface FakeHost extends SandboxHost {
  /** Pods of which something is on the host. */
  readonly present: Map<SandboxId, CgroupPlace>;
  /** Pods whose process has ended. */
  readonly dead: Set<SandboxId>;
  /** Pids that no process has. */
  readonly gone: Set<number>;
}

const pathsOf = ({ id, config }: SandboxRecord): SandboxPaths => ({
  netns: config.security.namespaces.network === 'pod' ? `/ns/${id}/net` : undefined,
  ipcns: undefined,
  utsns: undefined,
  pidns: undefined,
  userns: undefined,
  resolvConf: '/resolv.conf',
  hostname: '/hostname',
  hosts: '/hosts',
  shm: undefined,
});

/** Calls: `host.check`, `.prepare`, `.startProcess`, `.writeHosts`, `.endProcess`, `.release`, `.remove`. */
export const createFakeHost = (script: Script): FakeHost => {
  const present = new Map<SandboxId, CgroupPlace>();
  const dead = new Set<SandboxId>();
  const gone = new Set<number>();
  return {
    present,
    dead,
    gone,
    check: () => void script.calls.push('host.check'),
    prepare: async (sandbox, { signal }) => {
      present.set(sandbox.id, sandbox);
      await script.enter('host.prepare', signal);
      return pathsOf(sandbox);
    },
    startProcess: async (_sandbox, { signal }) => {
      await script.enter('host.startProcess', signal);
      return { pid: 10, startTime: '1' };
    },
    writeHosts: () => script.enter('host.writeHosts'),
    paths: pathsOf,
    connect: () => Promise.reject(new Error('not faked')),
    mayRun: ({ pid }) => !gone.has(pid),
    isAlive: async ({ id, state }) => state.kind === 'ready' && !dead.has(id),
    endProcess: (_sandbox, { signal }) => script.enter('host.endProcess', signal),
    release: (_sandbox, { signal }) => script.enter('host.release', signal),
    remove: async ({ id }) => {
      await script.enter('host.remove');
      present.delete(id);
    },
    leftovers: async (isKnown) =>
      [...present].map(([id, cgroup]): SandboxLeftover => ({ id, cgroup })).filter(({ id }) => !isKnown(id)),
  };
};
