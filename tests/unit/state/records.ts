import fc from 'fast-check';
import type { ContainerRecord, ContainerState, ImageSpec } from '../../../src/core/model/container.ts';
import { containerId, imageId, sandboxId } from '../../../src/core/model/ids.ts';
import type { LinuxResources } from '../../../src/core/model/resources.ts';
import type { SandboxRecord, SandboxState } from '../../../src/core/model/sandbox.ts';
import type { ContainerSecurity, SandboxSecurity, SecurityProfile } from '../../../src/core/model/security.ts';

/** Arbitrary records: every field takes every kind of value that the model allows. */

const text = fc.string({ unit: 'binary', maxLength: 12 });
const texts = fc.array(text, { maxLength: 3 });
const map: fc.Arbitrary<Readonly<Record<string, string>>> = fc.dictionary(text, text, { maxKeys: 3 });
const integer = fc.maxSafeInteger();
const flag = fc.boolean();
const time = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const hexId = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });

const resources: fc.Arbitrary<LinuxResources> = fc.record({
  cpuPeriod: integer,
  cpuQuota: integer,
  cpuShares: integer,
  memoryLimitInBytes: integer,
  oomScoreAdj: integer,
  cpusetCpus: text,
  cpusetMems: text,
  hugepageLimits: fc.array(fc.record({ pageSize: text, limit: integer }), { maxLength: 2 }),
  unified: map,
  memorySwapLimitInBytes: integer,
});

const mappings = fc.array(fc.record({ hostId: integer, containerId: integer, length: integer }), { maxLength: 2 });
const mode = fc.constantFrom('pod', 'container', 'node', 'target');
const profile: fc.Arbitrary<SecurityProfile> = fc.oneof(
  fc.constant({ kind: 'runtime-default' } as const),
  fc.constant({ kind: 'unconfined' } as const),
  fc.record({ kind: fc.constant('localhost'), ref: text }),
);

const securityFields = {
  namespaces: fc.record({
    network: mode,
    pid: mode,
    ipc: mode,
    targetId: text,
    user: maybe(fc.record({ mode, uids: mappings, gids: mappings })),
  }),
  selinux: maybe(fc.record({ user: text, role: text, type: text, level: text })),
  runAsUser: maybe(integer),
  runAsGroup: maybe(integer),
  readonlyRootfs: flag,
  supplementalGroups: fc.array(integer, { maxLength: 3 }),
  supplementalGroupsPolicy: fc.constantFrom('merge', 'strict'),
  privileged: flag,
  seccomp: maybe(profile),
  apparmor: maybe(profile),
} as const;
const sandboxSecurity: fc.Arbitrary<SandboxSecurity> = fc.record(securityFields);
const containerSecurity: fc.Arbitrary<ContainerSecurity> = fc.record({
  ...securityFields,
  capabilities: fc.record({ add: texts, drop: texts, addAmbient: texts }),
  runAsUsername: text,
  noNewPrivs: flag,
  maskedPaths: texts,
  readonlyPaths: texts,
});

const process = fc.record({ pid: integer, startTime: text });
const networks = fc.array(fc.record({ network: text, interfaceName: text, ips: texts }), { maxLength: 2 });

const sandboxState: fc.Arbitrary<SandboxState> = fc.oneof(
  fc.constant({ kind: 'creating' } as const),
  fc.record({ kind: fc.constant('ready'), networks, process: maybe(process) }),
  fc.record({ kind: fc.constant('stopped'), teardownPending: flag, networks, reason: text }),
);

export const sandboxes: fc.Arbitrary<SandboxRecord> = fc.record({
  id: hexId.map(sandboxId),
  name: text,
  config: fc.record({
    metadata: fc.record({ name: text, uid: text, namespace: text, attempt: integer }),
    hostname: text,
    logDirectory: text,
    dns: maybe(fc.record({ servers: texts, searches: texts, options: texts })),
    portMappings: fc.array(
      fc.record({
        protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
        containerPort: integer,
        hostPort: integer,
        hostIp: text,
      }),
      { maxLength: 2 },
    ),
    labels: map,
    annotations: map,
    cgroupParent: text,
    sysctls: map,
    security: sandboxSecurity,
    overhead: maybe(resources),
    resources: maybe(resources),
  }),
  runtimeHandler: text,
  runtime: text,
  cgroupDriver: fc.constantFrom('cgroupfs', 'systemd'),
  cgroupParent: text,
  createdAt: time,
  state: sandboxState,
});

const image: fc.Arbitrary<ImageSpec> = fc.record({
  image: text,
  annotations: map,
  userSpecifiedImage: text,
  runtimeHandler: text,
});

const mount = fc.record({
  containerPath: text,
  hostPath: text,
  readonly: flag,
  selinuxRelabel: flag,
  propagation: fc.constantFrom('private', 'host-to-container', 'bidirectional'),
  uidMappings: mappings,
  gidMappings: mappings,
  recursiveReadOnly: flag,
  image: maybe(image),
  imageSubPath: text,
});

const containerState: fc.Arbitrary<ContainerState> = fc.oneof(
  fc.constant({ kind: 'creating' } as const),
  fc.record({ kind: fc.constant('created'), process }),
  fc.record({
    kind: fc.constant('unrunnable'),
    fault: fc.record({ exitCode: fc.constantFrom(126, 127), message: text }),
  }),
  fc.record({ kind: fc.constant('running'), process, startedAt: time }),
  fc.record({
    kind: fc.constant('exited'),
    startedAt: time,
    exit: fc.record({ exitCode: integer, finishedAt: time, reason: text, message: text }),
  }),
);

export const containers: fc.Arbitrary<ContainerRecord> = fc.record({
  id: hexId.map(containerId),
  sandboxId: hexId.map(sandboxId),
  name: text,
  config: fc.record({
    metadata: fc.record({ name: text, attempt: integer }),
    image,
    command: texts,
    args: texts,
    workingDir: text,
    envs: fc.array(fc.record({ key: text, value: text }), { maxLength: 2 }),
    mounts: fc.array(mount, { maxLength: 2 }),
    devices: fc.array(fc.record({ containerPath: text, hostPath: text, permissions: text }), { maxLength: 2 }),
    cdiDevices: texts,
    labels: map,
    annotations: map,
    logPath: text,
    stdin: flag,
    stdinOnce: flag,
    tty: flag,
    resources: maybe(resources),
    security: containerSecurity,
    stopSignal: maybe(text),
  }),
  imageId: hexId.map(imageId),
  mountedImageIds: fc.array(hexId.map(imageId), { maxLength: 2 }),
  imageName: text,
  imageRef: text,
  logPath: text,
  user: fc.record({ uid: integer, gid: integer, supplementalGroups: fc.array(integer, { maxLength: 3 }) }),
  stopSignal: text,
  resources: maybe(resources),
  createdAt: time,
  state: containerState,
});
