import type { PodEventKind } from '../model/pod-event.ts';

export type Outcome = 'success' | 'failure';

/**
 * What the core counts for those who run the node. A port because the library that keeps the figures, and whether they are
 * kept at all, is the daemon's concern. Nothing here may fail or wait.
 */
export interface Meter {
  /** A verb has left a stage, for the next one or for good. */
  stage(verb: string, stage: string, seconds: number): void;
  operation(verb: string, outcome: Outcome, seconds: number): void;
  /** `bytes`: size on disk of the image; 0 when there is none. */
  pull(outcome: Outcome, pull: { readonly seconds: number; readonly bytes: number }): void;
  /** Something happened to a pod or a container, whether or not anybody listens. */
  event(kind: PodEventKind): void;
  /** The kernel ended a container because it was out of memory. */
  outOfMemory(): void;
}

export const noMeter: Meter = {
  stage: () => undefined,
  operation: () => undefined,
  pull: () => undefined,
  event: () => undefined,
  outOfMemory: () => undefined,
};
