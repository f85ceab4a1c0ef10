import type { ContainerConfig, ContainerRecord, Mount } from '../../../src/core/model/container.ts';
import type { ContainerId, ImageId, SandboxId } from '../../../src/core/model/ids.ts';
import type { Image, ImageConfig } from '../../../src/core/model/image.ts';
import type { LinuxResources } from '../../../src/core/model/resources.ts';
import type { SandboxConfig, SandboxRecord } from '../../../src/core/model/sandbox.ts';
import type { ContainerSecurity, NamespaceOptions, SandboxSecurity } from '../../../src/core/model/security.ts';
import type { SandboxPaths } from '../../../src/core/ports/sandbox-host.ts';
import type { SpecInput } from '../../../src/runtime/spec/build-spec.ts';
import type { HostFacts } from '../../../src/runtime/spec/host-facts.ts';
import type { ResolvedUser } from '../../../src/runtime/spec/resolve-user.ts';

export const namespaces: NamespaceOptions = {
  network: 'pod',
  pid: 'container',
  ipc: 'pod',
  targetId: '',
  user: undefined,
};

export const sandboxSecurity: SandboxSecurity = {
  namespaces,
  selinux: undefined,
  runAsUser: undefined,
  runAsGroup: undefined,
  readonlyRootfs: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: 'merge',
  privileged: false,
  seccomp: undefined,
  apparmor: undefined,
};

export const security: ContainerSecurity = {
  ...sandboxSecurity,
  capabilities: { add: [], drop: [], addAmbient: [] },
  runAsUsername: '',
  noNewPrivs: false,
  maskedPaths: [],
  readonlyPaths: [],
};

export const resources: LinuxResources = {
  cpuPeriod: 0,
  cpuQuota: 0,
  cpuShares: 0,
  memoryLimitInBytes: 0,
  oomScoreAdj: 0,
  cpusetCpus: '',
  cpusetMems: '',
  hugepageLimits: [],
  unified: {},
  memorySwapLimitInBytes: 0,
};

export const containerConfig: ContainerConfig = {
  metadata: { name: 'web', attempt: 0 },
  image: { image: 'busybox', annotations: {}, userSpecifiedImage: 'busybox:latest', runtimeHandler: '' },
  command: ['/bin/sh'],
  args: [],
  workingDir: '',
  envs: [],
  mounts: [],
  devices: [],
  cdiDevices: [],
  labels: {},
  annotations: {},
  logPath: '',
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: undefined,
  security,
  stopSignal: undefined,
};

export const imageConfig: ImageConfig = {
  user: '',
  env: [],
  entrypoint: [],
  cmd: [],
  workingDir: '',
  volumes: [],
  stopSignal: '',
  labels: {},
};

export const mount: Mount = {
  containerPath: '/data',
  hostPath: '/srv/data',
  readonly: false,
  selinuxRelabel: false,
  propagation: 'private',
  uidMappings: [],
  gidMappings: [],
  recursiveReadOnly: false,
  image: undefined,
  imageSubPath: '',
};

export const sandboxConfig: SandboxConfig = {
  metadata: { name: 'pod', uid: 'uid-1', namespace: 'ns', attempt: 0 },
  hostname: 'pod-host',
  logDirectory: '',
  dns: undefined,
  portMappings: [],
  labels: {},
  annotations: {},
  cgroupParent: '',
  sysctls: {},
  security: sandboxSecurity,
  overhead: undefined,
  resources: undefined,
};

export const paths: SandboxPaths = {
  netns: '/run/ns/net',
  ipcns: '/run/ns/ipc',
  utsns: '/run/ns/uts',
  pidns: undefined,
  userns: undefined,
  resolvConf: '/run/pod/resolv.conf',
  hostname: '/run/pod/hostname',
  hosts: '/run/pod/hosts',
  shm: '/run/pod/shm',
};

export const host: HostFacts = {
  hostname: 'node-1',
  cgroupVersion: 1,
  seccomp: { defaultProfile: undefined },
  apparmor: undefined,
  selinux: false,
  capabilities: [
    'CAP_CHOWN',
    'CAP_DAC_OVERRIDE',
    'CAP_FOWNER',
    'CAP_FSETID',
    'CAP_KILL',
    'CAP_SETGID',
    'CAP_SETUID',
    'CAP_SETPCAP',
    'CAP_NET_BIND_SERVICE',
    'CAP_NET_ADMIN',
    'CAP_NET_RAW',
    'CAP_SYS_CHROOT',
    'CAP_SYS_ADMIN',
    'CAP_MKNOD',
    'CAP_AUDIT_WRITE',
    'CAP_SETFCAP',
  ],
  oomScoreAdjMin: 0,
  hugepageSizes: [],
  swapAccounting: true,
  userNamespaces: true,
  arch: 'amd64',
  kernel: [6, 1],
};

export const user: ResolvedUser = { uid: 0, gid: 0, supplementalGroups: [0], home: '/root' };

const id = (digit: string): string => digit.repeat(64);

const sandbox: SandboxRecord = {
  id: id('a') as SandboxId,
  name: 'k8s_POD_pod_ns_uid-1_0',
  config: sandboxConfig,
  runtimeHandler: '',
  runtime: 'runc',
  cgroupDriver: 'cgroupfs',
  cgroupParent: '/kubepods/pod1',
  createdAt: 1n,
  state: { kind: 'ready', networks: [], process: undefined },
};

const container: ContainerRecord = {
  id: id('b') as ContainerId,
  sandboxId: sandbox.id,
  name: 'k8s_web_pod_ns_uid-1_0',
  config: containerConfig,
  imageId: `sha256:${id('c')}` as ImageId,
  mountedImageIds: [],
  imageName: '',
  imageRef: 'docker.io/library/busybox@sha256:0',
  logPath: '',
  user,
  stopSignal: 'SIGTERM',
  resources: undefined,
  createdAt: 2n,
  state: { kind: 'creating' },
};

const image: Image = {
  id: container.imageId,
  repoTags: [],
  repoDigests: [],
  size: 1,
  uid: undefined,
  username: '',
  pinned: false,
  config: imageConfig,
  layers: ['/layers/1'],
};

export interface Overrides {
  readonly config?: Partial<ContainerConfig>;
  readonly security?: Partial<ContainerSecurity>;
  readonly image?: Partial<ImageConfig>;
  readonly pod?: Partial<SandboxConfig>;
  readonly podSecurity?: Partial<SandboxSecurity>;
  readonly paths?: Partial<SandboxPaths>;
  readonly host?: Partial<HostFacts>;
  readonly resources?: Partial<LinuxResources>;
  readonly input?: Partial<SpecInput>;
}

/** A complete input for buildSpec of an ordinary container, with what a case changes. */
export const specInput = (over: Overrides = {}): SpecInput => ({
  container: {
    ...container,
    config: { ...containerConfig, ...over.config, security: { ...security, ...over.security } },
    resources: over.resources === undefined ? undefined : { ...resources, ...over.resources },
  },
  sandbox: {
    ...sandbox,
    config: { ...sandboxConfig, ...over.pod, security: { ...sandboxSecurity, ...over.podSecurity } },
  },
  image: { ...image, config: { ...imageConfig, ...over.image } },
  paths: { ...paths, ...over.paths },
  targetPid: undefined,
  user,
  mounts: [],
  volumes: [],
  devices: [],
  localhostSeccomp: undefined,
  rootfs: '/run/rootfs',
  cgroupsPath: '/kubepods/pod1/b',
  umask: 0o022,
  hooks: {},
  host: { ...host, ...over.host },
  ...over.input,
});
