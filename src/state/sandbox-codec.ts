import * as z from 'zod';
import type { CgroupDriver, PortMapping, SandboxConfig, SandboxRecord, SandboxState } from '../core/model/sandbox.ts';
import { codecOf, maybe, nanoseconds, oneOf, sandboxIdField, strings, unchanging } from './codec.ts';
import { process, resources, sandboxSecurity } from './shared-schemas.ts';

const config: z.ZodType<SandboxConfig> = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), namespace: z.string(), attempt: z.number() }),
  hostname: z.string(),
  logDirectory: z.string(),
  dns: maybe(z.object({ servers: z.array(z.string()), searches: z.array(z.string()), options: z.array(z.string()) })),
  portMappings: z.array(
    z.object({
      protocol: oneOf<PortMapping['protocol']>({ tcp: 'tcp', udp: 'udp', sctp: 'sctp' }),
      containerPort: z.number(),
      hostPort: z.number(),
      hostIp: z.string(),
    }),
  ),
  labels: strings,
  annotations: strings,
  cgroupParent: z.string(),
  sysctls: strings,
  security: sandboxSecurity,
  overhead: maybe(resources),
  resources: maybe(resources),
});

const networks = z.array(z.object({ network: z.string(), interfaceName: z.string(), ips: z.array(z.string()) }));

const state: z.ZodType<SandboxState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('creating') }),
  z.object({ kind: z.literal('ready'), networks, process: maybe(process) }),
  z.object({ kind: z.literal('stopped'), teardownPending: z.boolean(), networks, reason: z.string() }),
]);

const sandbox: z.ZodType<SandboxRecord> = z.object({
  id: sandboxIdField,
  name: z.string(),
  config: unchanging(config),
  runtimeHandler: z.string(),
  runtime: z.string(),
  cgroupDriver: oneOf<CgroupDriver>({ cgroupfs: 'cgroupfs', systemd: 'systemd' }),
  cgroupParent: z.string().default(''),
  createdAt: nanoseconds,
  state,
});

export const sandboxCodec = codecOf('janus.sandbox', 1, sandbox);
