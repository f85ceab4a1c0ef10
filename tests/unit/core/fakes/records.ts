import type { ContainerConfig, ContainerRecord } from '../../../../src/core/model/container.ts';
import { imageId, newContainerId, newSandboxId, type SandboxId } from '../../../../src/core/model/ids.ts';
import type { Image } from '../../../../src/core/model/image.ts';
import type { LinuxResources } from '../../../../src/core/model/resources.ts';
import type { SandboxConfig, SandboxRecord } from '../../../../src/core/model/sandbox.ts';
import type { SandboxSecurity } from '../../../../src/core/model/security.ts';

const security: SandboxSecurity = {
  namespaces: { network: 'pod', pid: 'container', ipc: 'pod', targetId: '', user: undefined },
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

export const podConfig = (changes: Partial<SandboxConfig> = {}): SandboxConfig => ({
  metadata: { name: 'web', uid: 'u1', namespace: 'shop', attempt: 0 },
  hostname: 'web',
  logDirectory: '/var/log/pods/web',
  dns: undefined,
  portMappings: [],
  labels: {},
  annotations: {},
  cgroupParent: '/kubepods/pod1',
  sysctls: {},
  security,
  overhead: undefined,
  resources: undefined,
  ...changes,
});

export const withNamespaces = (namespaces: Partial<SandboxSecurity['namespaces']>): Partial<SandboxConfig> => ({
  security: { ...security, namespaces: { ...security.namespaces, ...namespaces } },
});

export const containerConfig = (changes: Partial<ContainerConfig> = {}): ContainerConfig => ({
  metadata: { name: 'app', attempt: 0 },
  image: { image: 'busybox', annotations: {}, userSpecifiedImage: '', runtimeHandler: '' },
  command: ['sleep'],
  args: ['1000'],
  workingDir: '',
  envs: [],
  mounts: [],
  devices: [],
  cdiDevices: [],
  labels: {},
  annotations: {},
  logPath: 'app/0.log',
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: undefined,
  security: {
    ...security,
    capabilities: { add: [], drop: [], addAmbient: [] },
    runAsUsername: '',
    noNewPrivs: false,
    maskedPaths: [],
    readonlyPaths: [],
  },
  stopSignal: undefined,
  ...changes,
});

export const inNamespace = (
  namespaces: Partial<SandboxSecurity['namespaces']>,
  config = containerConfig(),
): ContainerConfig => ({
  ...config,
  security: { ...config.security, namespaces: { ...config.security.namespaces, ...namespaces } },
});

export const resources = (changes: Partial<LinuxResources> = {}): LinuxResources => ({
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
  ...changes,
});

export const busybox: Image = {
  id: imageId('b'.repeat(64)),
  repoTags: ['docker.io/library/busybox:latest'],
  repoDigests: [`docker.io/library/busybox@sha256:${'d'.repeat(64)}`],
  size: 1,
  uid: undefined,
  username: '',
  pinned: false,
  config: { user: '', env: [], entrypoint: [], cmd: [], workingDir: '', volumes: [], stopSignal: '', labels: {} },
  layers: ['/layers/one'],
};

export const sandboxRecord = (changes: Partial<SandboxRecord> = {}): SandboxRecord => ({
  id: newSandboxId(),
  name: 'k8s_POD_web_shop_u1_0',
  config: podConfig(),
  runtimeHandler: '',
  runtime: 'runc',
  cgroupDriver: 'cgroupfs',
  cgroupParent: '/kubepods/pod1',
  createdAt: 1n,
  state: { kind: 'ready', networks: [], process: { pid: 10, startTime: '1' } },
  ...changes,
});

export const containerRecord = (sandboxId: SandboxId, changes: Partial<ContainerRecord> = {}): ContainerRecord => ({
  id: newContainerId(),
  sandboxId,
  name: 'k8s_app_web_shop_u1_0',
  config: containerConfig(),
  imageId: busybox.id,
  mountedImageIds: [],
  imageName: '',
  imageRef: busybox.id,
  logPath: '',
  user: undefined,
  stopSignal: 'SIGTERM',
  resources: undefined,
  createdAt: 2n,
  state: { kind: 'running', process: { pid: 20, startTime: '2' }, startedAt: 3n },
  ...changes,
});
