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
}

/** A transient scope which holds the process (org.freedesktop.systemd1, StartTransientUnit). */
export const startScope = async ({ unit, slice, pid }: Scope, signal: AbortSignal): Promise<void> => {
  const properties = [
    'PIDs',
    'au',
    '1',
    String(pid),
    'Slice',
    's',
    slice,
    'Delegate',
    'b',
    'true',
    'DefaultDependencies',
    'b',
    'false',
  ];
  const count = 4;
  const failure = await call(
    ['StartTransientUnit', 'ssa(sv)a(sa(sv))', unit, 'replace', String(count), ...properties, '0'],
    signal,
  );
  if (failure !== undefined) throw new JanusError('internal', `systemd does not start ${unit}: ${failure}`);
};

/** Not loaded: no error, the scope ended with its last process. */
export const stopScope = async (unit: string, signal: AbortSignal): Promise<void> => {
  const failure = await call(['StopUnit', 'ss', unit, 'replace'], signal);
  if (failure !== undefined && !/not loaded/.test(failure))
    throw new JanusError('internal', `systemd does not stop ${unit}: ${failure}`);
};
