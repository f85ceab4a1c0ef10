import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';

const linuxResources = {
  cpuPeriod: 100_000n,
  cpuQuota: 50_000n,
  cpuShares: 512n,
  memoryLimitInBytes: 67_108_864n,
  oomScoreAdj: 997n,
  cpusetCpus: '0-1',
  cpusetMems: '0',
  hugepageLimits: [{ pageSize: '2MB', limit: 4_194_304n }],
  unified: { 'memory.high': '60000000' },
  memorySwapLimitInBytes: 83_886_080n,
};

const securityContext = {
  selinuxOptions: { user: 'u', role: 'r', type: 't', level: 's0' },
  runAsUser: { value: 1001n },
  runAsGroup: { value: 1002n },
  readonlyRootfs: true,
  supplementalGroups: [1003n, 1004n],
  privileged: true,
  seccompProfilePath: 'unconfined',
  seccomp: { profileType: v1alpha2.SecurityProfile_ProfileType.Localhost, localhostRef: '/seccomp/a.json' },
};

/** Requests as clients of either version write them; they ask for what samples.ts has. */

export const podSandboxConfig = v1alpha2.PodSandboxConfig.fromPartial({
  metadata: { name: 'web', uid: 'uid-1', namespace: 'default', attempt: 2 },
  hostname: 'web-0',
  logDirectory: '/var/log/pods/web',
  dnsConfig: { servers: ['10.0.0.10'], searches: ['svc.cluster.local'], options: ['ndots:5'] },
  portMappings: [{ protocol: v1alpha2.Protocol.SCTP, containerPort: 80, hostPort: 8080, hostIp: '127.0.0.1' }],
  labels: { app: 'web' },
  annotations: { note: 'sandbox' },
  linux: {
    cgroupParent: '/kubepods/pod1',
    sysctls: { 'net.ipv4.ip_forward': '1' },
    securityContext: {
      ...securityContext,
      namespaceOptions: {
        network: v1alpha2.NamespaceMode.POD,
        pid: v1alpha2.NamespaceMode.CONTAINER,
        ipc: v1alpha2.NamespaceMode.NODE,
        usernsOptions: {
          mode: v1alpha2.NamespaceMode.POD,
          uids: [{ hostId: 65_536, containerId: 0, length: 65_536 }],
          gids: [{ hostId: 131_072, containerId: 1, length: 1000 }],
        },
      },
      apparmor: { profileType: v1alpha2.SecurityProfile_ProfileType.Unconfined },
    },
    overhead: { ...linuxResources, cpuShares: 10n },
    resources: { ...linuxResources, cpuShares: 20n },
  },
});

export const containerConfig = v1alpha2.ContainerConfig.fromPartial({
  metadata: { name: 'main', attempt: 3 },
  image: { image: 'busybox:1.36', annotations: { a: 'b' } },
  command: ['/bin/sh', '-c'],
  args: ['sleep 1'],
  workingDir: '/srv',
  envs: [
    { key: 'HOME', value: Buffer.from('/root') },
    { key: 'TEXT', value: Buffer.from('two\nlines') },
  ],
  mounts: [{ containerPath: '/data', hostPath: '/host/data', readonly: true, selinuxRelabel: true }],
  devices: [{ containerPath: '/dev/a', hostPath: '/dev/null', permissions: 'rw' }],
  labels: { role: 'main' },
  annotations: { note: 'container' },
  logPath: 'main/3.log',
  stdin: true,
  stdinOnce: true,
  tty: true,
  linux: {
    resources: linuxResources,
    securityContext: {
      ...securityContext,
      namespaceOptions: {
        network: v1alpha2.NamespaceMode.POD,
        pid: v1alpha2.NamespaceMode.TARGET,
        ipc: v1alpha2.NamespaceMode.NODE,
        targetId: 'f00d',
      },
      capabilities: { addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'], addAmbientCapabilities: ['CAP_KILL'] },
      apparmorProfile: 'runtime/default',
      noNewPrivs: true,
      maskedPaths: ['/proc/kcore'],
      readonlyPaths: ['/proc/sys'],
    },
  },
});
