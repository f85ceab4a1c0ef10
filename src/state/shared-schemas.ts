import * as z from 'zod';
import type { LinuxResources } from '../core/model/resources.ts';
import type { ProcessIdentity } from '../core/model/sandbox.ts';
import type { IdMapping, NamespaceMode, SandboxSecurity, SupplementalGroupsPolicy } from '../core/model/security.ts';
import { maybe, oneOf, strings } from './codec.ts';

/** What sandboxes and containers have in common on disk. */

export const resources: z.ZodType<LinuxResources> = z.object({
  cpuPeriod: z.number(),
  cpuQuota: z.number(),
  cpuShares: z.number(),
  memoryLimitInBytes: z.number(),
  oomScoreAdj: z.number(),
  cpusetCpus: z.string(),
  cpusetMems: z.string(),
  hugepageLimits: z.array(z.object({ pageSize: z.string(), limit: z.number() })),
  unified: strings,
  memorySwapLimitInBytes: z.number(),
});

export const process: z.ZodType<ProcessIdentity> = z.object({ pid: z.number(), startTime: z.string() });

export const idMappings: z.ZodType<readonly IdMapping[]> = z.array(
  z.object({ hostId: z.number(), containerId: z.number(), length: z.number() }),
);

const namespaceMode = oneOf<NamespaceMode>({ pod: 'pod', container: 'container', node: 'node', target: 'target' });

const profile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('runtime-default') }),
  z.object({ kind: z.literal('unconfined') }),
  z.object({ kind: z.literal('localhost'), ref: z.string() }),
]);

const namespaces = z.object({
  network: namespaceMode,
  pid: namespaceMode,
  ipc: namespaceMode,
  targetId: z.string(),
  user: maybe(z.object({ mode: namespaceMode, uids: idMappings, gids: idMappings })),
});

const selinux = z.object({ user: z.string(), role: z.string(), type: z.string(), level: z.string() });

/** The fields of SandboxSecurity, which ContainerSecurity extends. */
export const securityFields = {
  namespaces,
  selinux: maybe(selinux),
  runAsUser: maybe(z.number()),
  runAsGroup: maybe(z.number()),
  readonlyRootfs: z.boolean(),
  supplementalGroups: z.array(z.number()),
  supplementalGroupsPolicy: oneOf<SupplementalGroupsPolicy>({ merge: 'merge', strict: 'strict' }),
  privileged: z.boolean(),
  seccomp: maybe(profile),
  apparmor: maybe(profile),
};

export const sandboxSecurity: z.ZodType<SandboxSecurity> = z.object(securityFields);
