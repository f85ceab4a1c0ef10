import { status } from '@grpc/grpc-js';
import { IMAGE } from '../support/bed.ts';
import { CONTAINER, containerConfig, NODE, POD, TARGET } from '../support/requests.ts';
import type { Subjects } from './support/subjects.ts';
import type { RpcName } from './support/wire.ts';
import type { World } from './support/world.ts';

export interface Refusal extends RpcName {
  readonly why: string;
  readonly request: (subjects: Subjects, world: World) => object;
  readonly code: status;
  readonly says: RegExp;
}

type Rule = Pick<Refusal, 'code' | 'says'>;

const invalid = (says: RegExp): Rule => ({ code: status.INVALID_ARGUMENT, says });
const precondition = (says: RegExp): Rule => ({ code: status.FAILED_PRECONDITION, says });
const notFound = (says: RegExp): Rule => ({ code: status.NOT_FOUND, says });

const UNKNOWN_ID = 'f'.repeat(64);
const cmd = ['true'];
const out = { stdout: true };

/** What a request of each RPC about a container needs beside the id. */
const aboutContainers: Readonly<Record<string, object>> = {
  startContainer: {},
  stopContainer: {},
  removeContainer: {},
  containerStatus: {},
  reopenContainerLog: {},
  containerStats: {},
  updateContainerResources: { linux: { cpuShares: 2n } },
  execSync: { cmd },
  exec: { cmd, ...out },
  attach: out,
};

const aboutPods: Readonly<Record<string, object>> = {
  stopPodSandbox: {},
  removePodSandbox: {},
  podSandboxStatus: {},
  podSandboxStats: {},
  portForward: {},
  createContainer: { config: containerConfig('any') },
};

/** Without an object they do nothing, and say so by OK. */
const IDEMPOTENT = new Set(['stopContainer', 'removeContainer', 'stopPodSandbox', 'removePodSandbox']);

type Id = 'containerId' | 'podSandboxId';

const byId = (field: Id, rpcs: Readonly<Record<string, object>>): readonly Refusal[] => {
  const noun = field === 'containerId' ? 'container' : 'sandbox';
  const wireName = field === 'containerId' ? 'container_id' : 'pod_sandbox_id';
  return Object.entries(rpcs).flatMap(([name, fields]): Refusal[] => [
    {
      ...{ service: 'runtime', name, why: 'no id', request: () => ({ ...fields, [field]: '' }) },
      ...invalid(new RegExp(`^${wireName}: must not be empty$`)),
    },
    ...(IDEMPOTENT.has(name)
      ? []
      : [
          {
            ...{ service: 'runtime' as const, name, why: 'an unknown id' },
            ...{ request: () => ({ ...fields, [field]: UNKNOWN_ID }) },
            ...notFound(new RegExp(`^${noun} "${UNKNOWN_ID}" does not exist$`)),
          },
        ]),
  ]);
};

type Row = readonly [name: string, why: string, request: Refusal['request'], rule: Rule];

const rows = (service: RpcName['service'], table: readonly Row[]): readonly Refusal[] =>
  table.map(([name, why, request, rule]) => ({ service, name, why, request, ...rule }));

const metadata = { name: 'bad', uid: 'bad', namespace: 'default' };
const create =
  (config: object): Refusal['request'] =>
  ({ pod: { podSandboxId } }) => ({ podSandboxId, config: { ...containerConfig('bad'), ...config } });
const pod =
  (config: object): Refusal['request'] =>
  () => ({ config: { metadata, ...config } });
const security = (securityContext: object): object => ({ linux: { securityContext } });

const namespaces = (namespaceOptions: object): Refusal['request'] => create(security({ namespaceOptions }));
const mapping = [{ hostId: 100_000, containerId: 0, length: 65_536 }];
const usernsOptions = { mode: POD, uids: mapping, gids: mapping };

/** What a container asks for and its pod has not. */
const contradictions: readonly Row[] = [
  [
    'createContainer',
    "the host's network in another pod",
    namespaces({ network: NODE }),
    invalid(/\.network: must not be NODE/),
  ],
  ['createContainer', 'a network of its own', namespaces({ network: CONTAINER }), invalid(/options\.network: must be/)],
  ['createContainer', "another one's network", namespaces({ network: TARGET }), invalid(/options\.network: must be/)],
  [
    'createContainer',
    "the host's IPC in another pod",
    namespaces({ ipc: NODE }),
    invalid(/options\.ipc: must not be NODE/),
  ],
  ['createContainer', "another one's IPC", namespaces({ ipc: TARGET }), invalid(/options\.ipc: must be/)],
  [
    'createContainer',
    'a target for no namespace',
    namespaces({ pid: CONTAINER, targetId: UNKNOWN_ID }),
    invalid(/^config\.linux\.security_context\.namespace_options\.target_id: must be empty unless pid is TARGET$/),
  ],
  [
    'createContainer',
    'users that its pod does not have',
    namespaces({ usernsOptions }),
    invalid(/^config\.linux\.security_context\.namespace_options\.userns_options: must be the pod's own$/),
  ],
];

const port = (...portMappings: readonly object[]): Refusal['request'] => pod({ portMappings });
const resources = (fields: object): Refusal['request'] => create({ linux: { resources: fields } });

/** What no host, or not this one, can give. */
const impossible: readonly Row[] = [
  ['runPodSandbox', 'a published port to none', port({ hostPort: 8080 }), invalid(/\[0\]\.container_port: /)],
  [
    'runPodSandbox',
    'one port for two',
    port({ hostPort: 8080, containerPort: 80 }, { hostPort: 8080, containerPort: 81 }),
    invalid(/^config\.port_mappings\[1\]\.host_port: :8080\/tcp is published for port 80 already$/),
  ],
  ['createContainer', 'no list of CPUs', resources({ cpusetCpus: '0;1' }), invalid(/resources\.cpuset_cpus: /)],
  ['createContainer', 'a file that is no cgroup file', resources({ unified: { 'a/b': '' } }), invalid(/\.unified: /)],
  [
    'createContainer',
    'less for memory and swap than for memory',
    resources({ memoryLimitInBytes: 2n ** 30n, memorySwapLimitInBytes: 2n ** 29n }),
    invalid(/^config\.linux\.resources\.memory_swap_limit_in_bytes: must not be less than the memory limit$/),
  ],
];

const configurations: readonly Row[] = [
  ...impossible,
  ['runPodSandbox', 'no configuration', () => ({}), invalid(/^config: must be set$/)],
  ['runPodSandbox', 'no metadata', pod({ metadata: undefined }), invalid(/^config\.metadata: must be set$/)],
  ['runPodSandbox', 'no name', pod({ metadata: { ...metadata, name: '' } }), invalid(/^config\.metadata\.name: /)],
  ['runPodSandbox', 'no namespace', pod({ metadata: { ...metadata, namespace: '' } }), invalid(/\.namespace: /)],
  ['runPodSandbox', 'a relative log directory', pod({ logDirectory: 'logs' }), invalid(/^config\.log_directory: /)],
  ['runPodSandbox', 'a host name of two words', pod({ hostname: 'a b' }), invalid(/^config\.hostname: /)],
  ['runPodSandbox', 'a bad port', pod({ portMappings: [{ hostPort: 70_000 }] }), invalid(/\[0\]\.host_port: /)],
  ['runPodSandbox', 'the words of Windows', pod({ windows: {} }), invalid(/^config\.windows: /)],
  [
    'runPodSandbox',
    'an unknown runtime handler',
    () => ({ config: { metadata }, runtimeHandler: 'absent' }),
    invalid(/^runtime_handler: no handler "absent"/),
  ],
  [
    'runPodSandbox',
    'the name of another pod',
    ({ pod: { config } }) => ({ config: { ...config, hostname: 'another' } }),
    { code: status.ALREADY_EXISTS, says: /exists as [0-9a-f]{64} \(ready\)$/ },
  ],
  ['createContainer', 'no configuration', ({ pod: { podSandboxId } }) => ({ podSandboxId }), invalid(/^config: must/)],
  ['createContainer', 'no metadata', create({ metadata: undefined }), invalid(/^config\.metadata: must be set$/)],
  ['createContainer', 'no name', create({ metadata: { name: '' } }), invalid(/^config\.metadata\.name: /)],
  ['createContainer', 'no image', create({ image: undefined }), invalid(/^config\.image: must be set$/)],
  ['createContainer', 'an empty image', create({ image: { image: '' } }), invalid(/^config\.image\.image: /)],
  ['createContainer', 'an unknown image', create({ image: { image: 'absent:1' } }), notFound(/^image "absent:1" does/)],
  ['createContainer', 'an absolute log path', create({ logPath: '/log' }), invalid(/^config\.log_path: /)],
  ['createContainer', 'a bad variable', create({ envs: [{ key: 'A=B' }] }), invalid(/^config\.envs\[0\]\.key: /)],
  ['createContainer', 'more rights than its pod', create(security({ privileged: true })), invalid(/privileged/)],
  [
    'createContainer',
    'a target that does not exist',
    create(security({ namespaceOptions: { pid: TARGET, targetId: UNKNOWN_ID } })),
    notFound(/^container "f+" does not exist$/),
  ],
  ...contradictions,
  [
    'createContainer',
    'the name of another container',
    ({ pod: { podSandboxId }, running: { config } }) => ({ podSandboxId, config: { ...config, tty: true } }),
    { code: status.ALREADY_EXISTS, says: /exists as [0-9a-f]{64} \(running\)$/ },
  ],
];

const values: readonly Row[] = [
  [
    'stopContainer',
    'a negative time',
    ({ running: r }) => ({ ...r, timeout: -1n }),
    invalid(/^timeout: must be from 0/),
  ],
  [
    'execSync',
    'a negative time',
    ({ running: r }) => ({ ...r, cmd, timeout: -1n }),
    invalid(/^timeout: must be from 0/),
  ],
  ['execSync', 'no command', ({ running: r }) => ({ ...r }), invalid(/^cmd: must not be empty$/)],
  ['exec', 'no streams', ({ running: r }) => ({ ...r, cmd }), invalid(/^stdin: one of/)],
  ['exec', 'stderr of a terminal', ({ running: r }) => ({ ...r, cmd, tty: true, stderr: true }), invalid(/^stderr: /)],
  ['attach', 'no streams', ({ running: r }) => ({ ...r }), invalid(/^stdin: one of/)],
  [
    'attach',
    'a terminal that the container has not',
    ({ running: r }) => ({ ...r, stdout: true, tty: true }),
    invalid(/^tty: must be false/),
  ],
  ['portForward', 'port -1', ({ pod: { podSandboxId } }) => ({ podSandboxId, port: [-1] }), invalid(/^port\[0\]: /)],
  [
    'portForward',
    'port 65536',
    ({ pod: { podSandboxId } }) => ({ podSandboxId, port: [80, 65_536] }),
    invalid(/^port\[1\]: /),
  ],
  ['portForward', 'port 0', ({ pod: { podSandboxId } }) => ({ podSandboxId, port: [0] }), invalid(/^port\[0\]: /)],
  ['updateContainerResources', 'no resources', ({ running: r }) => ({ ...r }), invalid(/^linux: must be set$/)],
  [
    'updateContainerResources',
    'a bad quota',
    ({ running: r }) => ({ ...r, linux: { cpuQuota: 5n } }),
    invalid(/^linux\.cpu_quota: /),
  ],
  ['listContainers', 'an unknown state', () => ({ filter: { state: { state: 99 } } }), invalid(/unknown value 99$/)],
  ['listPodSandbox', 'an unknown state', () => ({ filter: { state: { state: 99 } } }), invalid(/unknown value 99$/)],
  [
    'updateRuntimeConfig',
    'no CIDR',
    () => ({ runtimeConfig: { networkConfig: { podCidr: 'ten' } } }),
    invalid(/pod_cidr: must be CIDRs/),
  ],
];

const states: readonly Row[] = [
  [
    'execSync',
    'a container that has ended',
    ({ exited: e }) => ({ ...e, cmd }),
    precondition(/is exited, not running$/),
  ],
  [
    'execSync',
    'a container not started',
    ({ created: c }) => ({ ...c, cmd }),
    precondition(/is created, not running$/),
  ],
  [
    'portForward',
    'a pod that is stopped',
    ({ stoppedPod }) => ({ ...stoppedPod, port: [80] }),
    precondition(/is not ready$/),
  ],
  ['exec', 'a container that has ended', ({ exited: e }) => ({ ...e, cmd, ...out }), precondition(/is exited, not/)],
  [
    'attach',
    'a container that has ended',
    ({ exited: e }) => ({ ...e, ...out }),
    precondition(/is exited, not running$/),
  ],
  [
    'startContainer',
    'a container that has ended',
    ({ exited }) => exited,
    precondition(/is exited and cannot be started$/),
  ],
  ['reopenContainerLog', 'a container that has ended', ({ exited }) => exited, precondition(/is exited, not running$/)],
  [
    'updateContainerResources',
    'a container that has ended',
    ({ exited: e }) => ({ ...e, linux: { cpuShares: 2n } }),
    precondition(/is exited: its resources cannot be changed$/),
  ],
  [
    'createContainer',
    'a pod that is stopped',
    ({ stoppedPod: { podSandboxId } }) => ({ podSandboxId, config: containerConfig('late') }),
    precondition(/^sandbox [0-9a-f]{64} is not ready$/),
  ],
  [
    'podSandboxStats',
    'a pod that is stopped',
    ({ stoppedPod }) => stoppedPod,
    precondition(/^sandbox [0-9a-f]{64} is not/),
  ],
];

const images: readonly Row[] = [
  ['pullImage', 'no image', () => ({}), invalid(/^image: must be set$/)],
  ['imageStatus', 'no image', () => ({}), invalid(/^image: must be set$/)],
  ['removeImage', 'no image', () => ({}), invalid(/^image: must be set$/)],
  ['pullImage', 'an empty name', () => ({ image: { image: '' } }), invalid(/^image\.image: must not be empty$/)],
  ['pullImage', 'no reference', () => ({ image: { image: 'a:b:c' } }), invalid(/a:b:c/)],
  [
    'pullImage',
    'a repository that the registry does not have',
    (_, { registry }) => ({ image: { image: `${registry.address}/absent@sha256:${UNKNOWN_ID}` } }),
    { code: status.UNKNOWN, says: /absent/ },
  ],
  [
    'pullImage',
    'a registry that does not answer',
    () => ({ image: { image: '127.0.0.1:1/absent:1' } }),
    { code: status.UNKNOWN, says: /^RegistryUnavailable: / },
  ],
  ['removeImage', 'an image in use', () => ({ image: { image: IMAGE } }), precondition(/in use by a container$/)],
];

/** Requests that Janus refuses, with code and message: the same over every version. */
export const refusals: readonly Refusal[] = [
  ...byId('containerId', aboutContainers),
  ...byId('podSandboxId', aboutPods),
  ...rows('runtime', configurations),
  ...rows('runtime', values),
  ...rows('runtime', states),
  ...rows('images', images),
];
