import { readFileSync } from 'node:fs';
import { errnoOf } from '../../core/errors.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { InterfaceUsage } from '../../core/ports/stats.ts';
import { isRunning } from '../../host/process-identity.ts';

const LOOPBACK = 'lo';
const USUAL_DEFAULT = 'eth0';
/** Eight of what was received, eight of what was sent. */
const COLUMNS = 16;

const parseLine = (line: string): InterfaceUsage | undefined => {
  const colon = line.lastIndexOf(':');
  if (colon < 0) return undefined;
  const figures = line
    .slice(colon + 1)
    .trim()
    .split(/\s+/);
  if (figures.length < COLUMNS) return undefined;
  const at = (column: number): bigint => BigInt(figures[column] ?? 0);
  return {
    name: line.slice(0, colon).trim(),
    ...{ rxBytes: at(0), rxPackets: at(1), rxErrors: at(2), rxDropped: at(3) },
    ...{ txBytes: at(8), txPackets: at(9), txErrors: at(10), txDropped: at(11) },
  };
};

/** Reads /proc/pid/net/dev (proc(5)): all interfaces but loopback, `first` before the others. */
export const parseNetDev = (text: string, first: string): readonly InterfaceUsage[] => {
  const lines = text.split('\n').slice(2);
  const all = lines.flatMap((line) => parseLine(line) ?? []).filter(({ name }) => name !== LOOPBACK);
  return [...all.filter(({ name }) => name === first), ...all.filter(({ name }) => name !== first)];
};

const ENDED = ['ENOENT', 'ESRCH', 'EINVAL'];

/** Interfaces of the pod's own network, the default one first; none with the host's network, or when the pod's process has ended. */
export const readInterfaces = ({ config, state }: SandboxRecord): readonly InterfaceUsage[] => {
  if (state.kind !== 'ready' || state.process === undefined || config.security.namespaces.network === 'node') return [];
  try {
    const text = readFileSync(`/proc/${state.process.pid}/net/dev`, 'utf8');
    // Asked afterwards: a pid may have gone to another process, whose figures are not the pod's.
    return isRunning(state.process) ? parseNetDev(text, state.networks[0]?.interfaceName ?? USUAL_DEFAULT) : [];
  } catch (error) {
    if (ENDED.includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
};
