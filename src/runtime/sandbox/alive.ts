import { statSync } from 'node:fs';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import { isRunning } from '../../host/process-identity.ts';
import { type PodKind, pinPath } from './namespaces.ts';

/** A pin that is unmounted, or mounted over, is another file than the namespace. */
const isSame = (pin: string, namespace: string): boolean => {
  const [one, other] = [pin, namespace].map((path) => statSync(path, { throwIfNoEntry: false }));
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
};

/** Whether the pod's process runs, and the pins still hold the namespaces that it is in. */
export const isAlive = (process: ProcessIdentity, pins: string, kinds: readonly PodKind[]): boolean =>
  isRunning(process) && kinds.every((kind) => isSame(pinPath(pins, kind), `/proc/${process.pid}/ns/${kind}`));
