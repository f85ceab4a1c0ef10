import type { ContainerConfig, ContainerRecord } from '../../../src/core/model/container.ts';
import { containerId, imageId, sandboxId } from '../../../src/core/model/ids.ts';
import type { Image } from '../../../src/core/model/image.ts';
import type { LinuxResources } from '../../../src/core/model/resources.ts';
import type { SandboxConfig, SandboxRecord } from '../../../src/core/model/sandbox.ts';
import type { ContainerUsage, Pressure, SandboxUsage } from '../../../src/core/ports/stats.ts';

/** Records in which every field has a value of its own, so that a mix-up shows. */

export const SANDBOX_ID = sandboxId('a'.repeat(64));
export const CONTAINER_ID = containerId('b'.repeat(64));
export const IMAGE_ID = imageId('c'.repeat(64));

export const resources: LinuxResources = {
  cpuPeriod: 100_000,
  cpuQuota: 50_000,
  cpuShares: 512,
  memoryLimitInBytes: 64 * 1024 * 1024,
  oomScoreAdj: 997,
  cpusetCpus: '0-1',
  cpusetMems: '0',
  hugepageLimits: [{ pageSize: '2MB', limit: 4 * 1024 * 1024 }],
  unified: { 'memory.high': '60000000' },
  memorySwapLimitInBytes: 80 * 1024 * 1024,
};

export const sandboxConfig: SandboxConfig = {
  metadata: { name: 'web', uid: 'uid-1', namespace: 'default', attempt: 2 },
  hostname: 'web-0',
  logDirectory: '/var/log/pods/web',
  dns: { servers: ['10.0.0.10'], searches: ['svc.cluster.local'], options: ['ndots:5'] },
  portMappings: [{ protocol: 'sctp', containerPort: 80, hostPort: 8080, hostIp: '127.0.0.1' }],
  labels: { app: 'web' },
  annotations: { note: 'sandbox' },
  cgroupParent: '/kubepods/pod1',
  sysctls: { 'net.ipv4.ip_forward': '1' },
  security: {
    namespaces: {
      network: 'pod',
      pid: 'container',
      ipc: 'node',
      targetId: '',
      user: {
        mode: 'pod',
        uids: [{ hostId: 65_536, containerId: 0, length: 65_536 }],
        gids: [{ hostId: 131_072, containerId: 1, length: 1000 }],
      },
    },
    selinux: { user: 'u', role: 'r', type: 't', level: 's0' },
    runAsUser: 1001,
    runAsGroup: 1002,
    readonlyRootfs: true,
    supplementalGroups: [1003, 1004],
    supplementalGroupsPolicy: 'merge',
    privileged: true,
    seccomp: { kind: 'localhost', ref: '/seccomp/a.json' },
    apparmor: { kind: 'unconfined' },
  },
  overhead: { ...resources, cpuShares: 10 },
  resources: { ...resources, cpuShares: 20 },
};

export const sandbox: SandboxRecord = {
  id: SANDBOX_ID,
  name: 'k8s_POD_web_default_uid-1_2',
  config: sandboxConfig,
  runtimeHandler: 'fast',
  runtime: 'crun',
  cgroupDriver: 'cgroupfs',
  cgroupParent: '/kubepods/pod1',
  createdAt: 1_700_000_000_000_000_001n,
  state: {
    kind: 'ready',
    networks: [{ network: 'bridge', interfaceName: 'eth0', ips: ['10.1.0.5', 'fd00::5'] }],
    process: { pid: 4711, startTime: '99' },
  },
};

export const containerConfig: ContainerConfig = {
  metadata: { name: 'main', attempt: 3 },
  image: { image: 'busybox:1.36', annotations: { a: 'b' }, userSpecifiedImage: '', runtimeHandler: '' },
  command: ['/bin/sh', '-c'],
  args: ['sleep 1'],
  workingDir: '/srv',
  envs: [
    { key: 'HOME', value: '/root' },
    { key: 'TEXT', value: 'two\nlines' },
  ],
  mounts: [
    {
      containerPath: '/data',
      hostPath: '/host/data',
      readonly: true,
      selinuxRelabel: true,
      propagation: 'private',
      uidMappings: [],
      gidMappings: [],
      recursiveReadOnly: false,
      image: undefined,
      imageSubPath: '',
    },
  ],
  devices: [{ containerPath: '/dev/a', hostPath: '/dev/null', permissions: 'rw' }],
  cdiDevices: [],
  labels: { role: 'main' },
  annotations: { note: 'container' },
  logPath: 'main/3.log',
  stdin: true,
  stdinOnce: true,
  tty: true,
  resources,
  security: {
    ...sandboxConfig.security,
    namespaces: { network: 'pod', pid: 'target', ipc: 'node', targetId: 'f00d', user: undefined },
    apparmor: { kind: 'runtime-default' },
    capabilities: { add: ['NET_ADMIN'], drop: ['ALL'], addAmbient: ['CAP_KILL'] },
    runAsUsername: '',
    noNewPrivs: true,
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
  },
  stopSignal: undefined,
};

export const container: ContainerRecord = {
  id: CONTAINER_ID,
  sandboxId: SANDBOX_ID,
  name: 'k8s_main_web_default_uid-1_3',
  config: containerConfig,
  imageId: IMAGE_ID,
  mountedImageIds: [],
  imageName: '',
  imageRef: `docker.io/library/busybox@${IMAGE_ID}`,
  logPath: '/var/log/pods/web/main/3.log',
  user: { uid: 1001, gid: 1002, supplementalGroups: [1003] },
  stopSignal: 'SIGRTMIN+3',
  resources,
  createdAt: 1_700_000_000_000_000_002n,
  state: {
    kind: 'exited',
    startedAt: 1_700_000_000_000_000_003n,
    exit: { exitCode: 137, finishedAt: 1_700_000_000_000_000_004n, reason: 'OOMKilled', message: 'out of memory' },
  },
};

export const image: Image = {
  id: IMAGE_ID,
  repoTags: ['docker.io/library/busybox:1.36'],
  repoDigests: [`docker.io/library/busybox@${IMAGE_ID}`],
  size: 4_711_000,
  uid: 7,
  username: 'web',
  pinned: true,
  config: {
    user: '7',
    env: ['PATH=/bin'],
    entrypoint: ['/bin/busybox'],
    cmd: ['sh'],
    workingDir: '/',
    volumes: ['/data'],
    stopSignal: 'SIGQUIT',
    labels: { maintainer: 'someone' },
  },
  layers: ['/layers/1'],
};

const line = (total: bigint) => ({ total, avg10: 1.5, avg60: 2.5, avg300: 3.5 });
const pressure = (total: bigint): Pressure => ({ some: line(total), full: line(total + 1n) });

export const containerUsage: ContainerUsage = {
  cpu: { timestamp: 1n, usageCoreNanoSeconds: 2n, usageNanoCores: 3n, pressure: pressure(100n) },
  memory: {
    timestamp: 4n,
    workingSetBytes: 5n,
    availableBytes: 6n,
    usageBytes: 7n,
    rssBytes: 8n,
    pageFaults: 9n,
    majorPageFaults: 10n,
    pressure: pressure(200n),
  },
  swap: { timestamp: 11n, usageBytes: 12n, availableBytes: 13n },
  io: { timestamp: 14n, pressure: pressure(300n) },
  processCount: 15n,
  writableLayer: { timestamp: 16n, mountpoint: '/layer', usedBytes: 17, inodesUsed: 18 },
};

/** CRI's statistics have none of them. */
const packets = { rxPackets: 41n, rxDropped: 42n, txPackets: 43n, txDropped: 44n };

export const sandboxUsage: SandboxUsage = {
  ...containerUsage,
  interfaces: [
    { name: 'eth0', rxBytes: 21n, rxErrors: 22n, txBytes: 23n, txErrors: 24n, ...packets },
    { name: 'net1', rxBytes: 31n, rxErrors: 32n, txBytes: 33n, txErrors: 34n, ...packets },
  ],
};
