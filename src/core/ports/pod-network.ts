import type { NetworkAttachment, SandboxRecord } from '../model/sandbox.ts';
import type { Staged } from '../stages.ts';

export type NetworkReadiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: string; readonly message: string };

/** A network as it is configured on the host. */
export interface ConfiguredNetwork {
  readonly name: string;
  readonly cniVersion: string;
  /** Types of its plugins, in order. */
  readonly plugins: readonly string[];
}

/** Before a network's plugins run, and before their result is kept. */
export type AttachStage = 'network-add' | 'network-result';
/** Before the plugins run, and before what was kept of the pod goes. */
export type DetachStage = 'network-del' | 'network-forget';

/** The pod network. A port because it is other people's programs: CNI plugins, which may hang, crash or answer rubbish. */
export interface PodNetwork {
  /** Adds the pod to its networks, the default one first. A failure takes down what was already there. */
  attach(
    sandbox: SandboxRecord,
    netnsPath: string,
    options: Staged<AttachStage>,
  ): Promise<readonly NetworkAttachment[]>;
  /** Takes the pod out of all its networks. Works from kept results, also when the namespace or the configuration is gone; idempotent. */
  detach(sandbox: SandboxRecord, netnsPath: string, options: Staged<DetachStage>): Promise<void>;
  readiness(): NetworkReadiness;
  /** The default one first. */
  configured(): readonly ConfiguredNetwork[];
  /** From UpdateRuntimeConfig: handed to plugins that take `ipRanges`. Empty: none. */
  setPodCidr(cidr: string): void;
}
