import { until } from '../tests/support/wait.ts';
import { namedBy, type Process, textOf } from './processes.ts';

/** A shell that waits would not end at SIGTERM; the workload of the measurements is `sleep` with a handler of its own. */
export const WORKLOAD = ['/bin/sh', '-c', 'trap "exit 0" TERM; sleep 1000000 & wait'];

const shell = WORKLOAD.join('\0');

export const isWorkload = ({ line }: Process): boolean => line === shell || line === 'sleep\x001000000';

/** The first process of a container: the workload's shell. Undefined: it is not there yet. */
const mainProcess = (containerId: string): number | undefined =>
  namedBy([containerId]).find(({ line }) => line === shell)?.pid;

const SIGTERM_BIT = 1n << 14n;

const catchesTerm = (pid: number): boolean => {
  const [, caught] = /^SigCgt:\s+([0-9a-f]+)$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
  return caught !== undefined && (BigInt(`0x${caught}`) & SIGTERM_BIT) !== 0n;
};

/** A signal before the handler stands is lost on the first process of a PID namespace: one would measure the grace period. */
export const untilReady = (containerId: string): Promise<number> =>
  until(`the workload of ${containerId} is ready`, () => {
    const pid = mainProcess(containerId);
    return pid !== undefined && catchesTerm(pid) ? pid : undefined;
  });
