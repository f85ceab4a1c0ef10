import type { CommandFault } from '../../../../src/core/model/container.ts';
import type { ContainerId } from '../../../../src/core/model/ids.ts';
import type { ContainerRuntime, RuntimeState } from '../../../../src/core/ports/container-runtime.ts';
import type { Script } from './script.ts';

export interface FakeRuntime extends ContainerRuntime {
  /** Containers of which something is on the host. */
  readonly present: Set<ContainerId>;
  readonly alive: Set<ContainerId>;
  /** Containers whose monitor was killed: their exits are not told and not kept. */
  readonly unmonitored: Set<ContainerId>;
  /** Signals that containers do not end by. */
  readonly ignored: Set<string>;
  /** What `inspect` answers. */
  inspected: RuntimeState;
  oomKilled: boolean;
  /** The command of what is created cannot be run. */
  fault: CommandFault | undefined;
  /** The main process ends. */
  end(id: ContainerId, exitCode: number): void;
  /** The monitor tells an exit again. */
  tell(id: ContainerId): void;
  readonly exits: Map<ContainerId, number>;
}

/** Calls: `runtime.create`, `.start`, `.kill SIGTERM`, `.remove`, `.removeLeftover`, `.update`, `.reopenLog`, `.exec`. */
export const createFakeRuntime = (script: Script): FakeRuntime => {
  const present = new Set<ContainerId>();
  const alive = new Set<ContainerId>();
  const unmonitored = new Set<ContainerId>();
  const ignored = new Set<string>();
  const exits = new Map<ContainerId, number>();
  const listeners = new Set<(id: ContainerId) => void>();
  const tell = (id: ContainerId): void => listeners.forEach((listener) => void listener(id));
  const end = (id: ContainerId, exitCode: number): void => {
    if (!alive.delete(id) || unmonitored.has(id)) return;
    exits.set(id, exitCode);
    tell(id);
  };
  const release = (id: ContainerId): void => {
    end(id, 137);
    present.delete(id);
    exits.delete(id);
  };
  return {
    present,
    alive,
    unmonitored,
    ignored,
    exits,
    inspected: { kind: 'stopped' },
    oomKilled: false,
    fault: undefined,
    end,
    tell,
    create: async function (this: FakeRuntime, { container: { id } }, { signal }) {
      present.add(id);
      await script.enter('runtime.create', signal);
      const user = { uid: 0, gid: 0, supplementalGroups: [] };
      if (this.fault !== undefined) return { kind: 'unrunnable', fault: this.fault, user };
      alive.add(id);
      return { kind: 'created', process: { pid: 20, startTime: '2' }, user };
    },
    endSessions: () => script.enter('runtime.endSessions'),
    start: (_ref, { signal }) => script.enter('runtime.start', signal),
    kill: async ({ container: { id } }, signal) => {
      await script.enter(`runtime.kill ${signal}`);
      if (!ignored.has(signal)) end(id, signal === 'SIGKILL' ? 137 : 143);
    },
    hasProcess: ({ container: { id } }) => alive.has(id),
    hasMonitor: ({ container: { id } }) => alive.has(id) && !unmonitored.has(id),
    remove: async ({ container: { id } }, { signal }) => {
      await script.enter('runtime.remove', signal);
      release(id);
    },
    removeLeftover: async (id, { signal }) => {
      await script.enter('runtime.removeLeftover', signal);
      release(id);
    },
    execSync: async () => {
      await script.enter('runtime.exec');
      return { stdout: new Uint8Array(), stderr: new Uint8Array(), exitCode: 0 };
    },
    exec: () => Promise.reject(new Error('not faked')),
    attach: () => Promise.reject(new Error('not faked')),
    update: (_ref, _resources, { signal }) => script.enter('runtime.update', signal),
    reopenLog: (_ref, { signal }) => script.enter('runtime.reopenLog', signal),
    checkpoint: (_ref, _location, { signal }) => script.enter('runtime.checkpoint', signal),
    inspect: async function (this: FakeRuntime) {
      await script.enter('runtime.inspect');
      return this.inspected;
    },
    onExit: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    exitOf: async function (this: FakeRuntime, { container: { id } }) {
      await script.enter('runtime.exitOf');
      const exitCode = exits.get(id);
      if (exitCode === undefined) return undefined;
      return { containerId: id, exitCode, finishedAt: BigInt(Date.now()) * 1_000_000n, oomKilled: this.oomKilled };
    },
    leftovers: async () => [...present],
    spec: async () => ({ ociVersion: '1.0.2' }),
  };
};
