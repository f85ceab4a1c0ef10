import * as z from 'zod';
import type {
  CommandFault,
  ContainerConfig,
  ContainerRecord,
  ContainerState,
  ImageSpec,
  Mount,
} from '../core/model/container.ts';
import type { ContainerSecurity } from '../core/model/security.ts';
import {
  codecOf,
  containerIdField,
  imageIdField,
  maybe,
  nanoseconds,
  oneOf,
  sandboxIdField,
  strings,
  unchanging,
} from './codec.ts';
import { idMappings, process, resources, securityFields } from './shared-schemas.ts';

const image: z.ZodType<ImageSpec> = z.object({
  image: z.string(),
  annotations: strings,
  userSpecifiedImage: z.string(),
  runtimeHandler: z.string(),
});

const mount: z.ZodType<Mount> = z.object({
  containerPath: z.string(),
  hostPath: z.string(),
  readonly: z.boolean(),
  selinuxRelabel: z.boolean(),
  propagation: oneOf<Mount['propagation']>({
    private: 'private',
    'host-to-container': 'host-to-container',
    bidirectional: 'bidirectional',
  }),
  uidMappings: idMappings,
  gidMappings: idMappings,
  recursiveReadOnly: z.boolean(),
  image: maybe(image),
  imageSubPath: z.string(),
});

const security: z.ZodType<ContainerSecurity> = z.object({
  ...securityFields,
  capabilities: z.object({
    add: z.array(z.string()),
    drop: z.array(z.string()),
    addAmbient: z.array(z.string()),
  }),
  runAsUsername: z.string(),
  noNewPrivs: z.boolean(),
  maskedPaths: z.array(z.string()),
  readonlyPaths: z.array(z.string()),
});

const config: z.ZodType<ContainerConfig> = z.object({
  metadata: z.object({ name: z.string(), attempt: z.number() }),
  image,
  command: z.array(z.string()),
  args: z.array(z.string()),
  workingDir: z.string(),
  envs: z.array(z.object({ key: z.string(), value: z.string() })),
  mounts: z.array(mount),
  devices: z.array(z.object({ containerPath: z.string(), hostPath: z.string(), permissions: z.string() })),
  cdiDevices: z.array(z.string()),
  labels: strings,
  annotations: strings,
  logPath: z.string(),
  stdin: z.boolean(),
  stdinOnce: z.boolean(),
  tty: z.boolean(),
  resources: maybe(resources),
  security,
  stopSignal: maybe(z.string()),
});

const exit = z.object({
  exitCode: z.number(),
  finishedAt: nanoseconds,
  reason: z.string(),
  message: z.string(),
});

const fault: z.ZodType<CommandFault> = z.object({
  exitCode: z.union([z.literal(126), z.literal(127)]),
  message: z.string(),
});

const state: z.ZodType<ContainerState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('creating') }),
  z.object({ kind: z.literal('created'), process }),
  z.object({ kind: z.literal('unrunnable'), fault }),
  z.object({ kind: z.literal('running'), process, startedAt: nanoseconds }),
  z.object({ kind: z.literal('exited'), startedAt: nanoseconds, exit }),
]);

const container: z.ZodType<ContainerRecord> = z.object({
  id: containerIdField,
  sandboxId: sandboxIdField,
  name: z.string(),
  config: unchanging(config),
  imageId: imageIdField,
  mountedImageIds: z.array(imageIdField).default([]),
  imageName: z.string().default(''),
  imageRef: z.string(),
  logPath: z.string(),
  user: maybe(z.object({ uid: z.number(), gid: z.number(), supplementalGroups: z.array(z.number()) })),
  stopSignal: z.string(),
  resources: maybe(resources),
  createdAt: nanoseconds,
  state,
});

export const containerCodec = codecOf('janus.container', 1, container);
