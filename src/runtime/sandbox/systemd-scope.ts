import { setTimeout as delay } from 'node:timers/promises';
import { JanusError } from '../../core/errors.ts';
import { run } from '../../host/process.ts';

const MANAGER = ['org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'];

const call = async (args: readonly string[], signal: AbortSignal): Promise<string | undefined> => {
  const { exitCode, stderr } = await run(
    { path: 'busctl', args: ['call', '--quiet', ...MANAGER, ...args] },
    { signal },
  );
  return exitCode === 0 ? undefined : stderr.toString().trim();
};

export interface Scope {
  readonly unit: string;
  readonly slice: string;
  readonly pid: number;
  /** Whether the process has arrived in the scope's cgroup. */
  readonly holdsProcess: () => Promise<boolean>;
}

/** As busctl(1) wants it: name, signature, value. */
export type UnitProperty = readonly string[];

const properties = ({ slice, pid }: Scope): readonly UnitProperty[] => [
  ['PIDs', 'au', '1', String(pid)],
  ['Slice', 's', slice],
  ['Delegate', 'b', 'true'],
  ['DefaultDependencies', 'b', 'false'],
  // One that failed, as when its process was killed for memory, is forgotten as any other.
  ['CollectMode', 's', 'inactive-or-failed'],
];

const ARRIVAL_MS = 30_000;
const POLL_MS = 5;

/** systemd answers the call before it has made the cgroup and moved the process. */
const arrived = async ({ unit, holdsProcess }: Scope, signal: AbortSignal): Promise<void> => {
  const until = performance.now() + ARRIVAL_MS;
  while (!(await holdsProcess())) {
    signal.throwIfAborted();
    if (performance.now() > until) throw new JanusError('internal', `systemd does not start ${unit}`);
    await delay(POLL_MS);
  }
};

/** A transient scope which holds the process (org.freedesktop.systemd1, StartTransientUnit). */
export const startScope = async (scope: Scope, signal: AbortSignal): Promise<void> => {
  const wanted = properties(scope);
  const failure = await call(
    ['StartTransientUnit', 'ssa(sv)a(sa(sv))', scope.unit, 'replace', String(wanted.length), ...wanted.flat(), '0'],
    signal,
  );
  if (failure !== undefined) throw new JanusError('internal', `systemd does not start ${scope.unit}: ${failure}`);
  await arrived(scope, signal);
};

/** Not loaded: no error, the scope ended with its last process. */
export const stopScope = async (unit: string, signal: AbortSignal): Promise<void> => {
  const failure = await call(['StopUnit', 'ss', unit, 'replace'], signal);
  if (failure !== undefined && !/not loaded/.test(failure))
    throw new JanusError('internal', `systemd does not stop ${unit}: ${failure}`);
};

/** Until the unit ends (org.freedesktop.systemd1, SetUnitProperties). Not loaded: no error, it has ended. */
export const setUnitProperties = async (
  unit: string,
  wanted: readonly UnitProperty[],
  signal: AbortSignal,
): Promise<void> => {
  const args = ['SetUnitProperties', 'sba(sv)', unit, 'true', String(wanted.length), ...wanted.flat()];
  const failure = await call(args, signal);
  if (failure !== undefined && !/not loaded/.test(failure))
    throw new JanusError('internal', `systemd does not limit ${unit}: ${failure}`);
};
