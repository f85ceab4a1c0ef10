import { errnoOf, JanusError } from '../../core/errors.ts';
import { inNamespaces, type PodKind } from './namespaces.ts';

/** Runs synchronous actions in the network of a pod, which is the host's if it has none of its own. A pod that is gone: `failed-precondition`. */
export const inNetwork =
  (pins: string, kinds: readonly PodKind[]) =>
  <T>(action: () => T): T => {
    if (!kinds.includes('net')) return action();
    try {
      return inNamespaces(pins, ['net'], action);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
      throw new JanusError('failed-precondition', 'the sandbox has no network any more', { cause });
    }
  };
