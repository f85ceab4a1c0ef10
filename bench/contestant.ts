import type { ClientV1 } from '../tests/support/clients.ts';

/** Milliseconds after which a call that has not answered fails, so that one bad pod does not hold a race for ever. */
export const STALLED_MS = 120_000;

export interface PodHandle {
  readonly podSandboxId: string;
  readonly containerId: string;
}

/** Makes and unmakes a pod with one container that sleeps. */
export interface Pods {
  up(): Promise<PodHandle>;
  down(pod: PodHandle): Promise<void>;
}

/** Somebody who can run pods: an engine behind its socket, or the bare tools. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly pods: Pods;
  /** Undefined for the bare tools, which can do nothing but pods. */
  readonly engine: EngineAccess | undefined;
  close(): Promise<void>;
}

export interface EngineAccess {
  readonly cri: ClientV1;
  readonly socket: string;
  readonly image: string;
  /** Of the pods, as a kubelet sets it. */
  readonly cgroupParent: string;
  /** Where its records are, if they are files that can be copied. */
  readonly records?: string;
  /** Of the daemon that runs now. */
  readonly pid: number;
  /** SIGKILL, and a new daemon on the same directories; the milliseconds from its start until it serves. */
  restart(): Promise<number>;
}
