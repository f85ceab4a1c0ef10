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

interface Runner {
  readonly name: string;
  readonly version: string;
  readonly pods: Pods;
  close(): Promise<void>;
}

/** An engine behind its socket. */
interface Engine extends Runner {
  readonly engine: EngineAccess;
  readonly tools?: undefined;
}

/** The bare tools, without an engine. */
interface Floor extends Runner {
  readonly engine?: undefined;
  readonly tools: ToolAccess;
}

/** Somebody who can run pods. */
export type Contestant = Engine | Floor;

/** What the bare tools can do besides pods. Each rejects when its program fails. */
export interface ToolAccess {
  /** Runs `true` in a running container. */
  exec(containerId: string): Promise<void>;
  /** From a registry on loopback into a store of their own. */
  pull(image: string): Promise<void>;
  remove(image: string): Promise<void>;
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
