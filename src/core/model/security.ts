/** Security settings shared by pods and containers, in CRI's meaning and OCI's words. */

/** Where a namespace comes from. `target` takes the one of the container named by `targetId`. */
export type NamespaceMode = 'pod' | 'container' | 'node' | 'target';

export interface IdMapping {
  readonly hostId: number;
  readonly containerId: number;
  readonly length: number;
}

export interface UserNamespace {
  /** `pod`: an own user namespace with these mappings; `node`: the host's. */
  readonly mode: NamespaceMode;
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  readonly targetId: string;
  readonly user: UserNamespace | undefined;
}

export interface SELinuxOptions {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

/** A seccomp or AppArmor profile. `localhost` names a file path (seccomp) or a loaded profile (AppArmor). */
export type SecurityProfile =
  | { readonly kind: 'runtime-default' }
  | { readonly kind: 'unconfined' }
  | { readonly kind: 'localhost'; readonly ref: string };

/** `merge` adds the groups that the image's /etc/group gives the user; `strict` takes only the listed ones. */
export type SupplementalGroupsPolicy = 'merge' | 'strict';

export interface SandboxSecurity {
  readonly namespaces: NamespaceOptions;
  readonly selinux: SELinuxOptions | undefined;
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy: SupplementalGroupsPolicy;
  readonly privileged: boolean;
  /** Undefined: the request has none. */
  readonly seccomp: SecurityProfile | undefined;
  readonly apparmor: SecurityProfile | undefined;
}

export interface Capabilities {
  /** Names without `CAP_` or with it, in any case; `ALL` for every capability. */
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly addAmbient: readonly string[];
}

export interface ContainerSecurity extends SandboxSecurity {
  readonly capabilities: Capabilities;
  readonly runAsUsername: string;
  readonly noNewPrivs: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}
