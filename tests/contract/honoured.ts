/** A test that shows what request fields do. It fails when one of them is ignored. */
export interface Shown {
  /** Below tests/. */
  readonly file: string;
  /** As it stands in the file. */
  readonly test: string;
  /** Names of fields by message, separated by blanks. */
  readonly fields: Readonly<Record<string, string>>;
}

const pods = 'contract/fields-of-pods.test.ts';
const containers = 'contract/fields-of-containers.test.ts';
const mounts = 'contract/fields-of-mounts.test.ts';
const filters = 'contract/fields-of-filters.test.ts';
const life = 'contract/pod-life.test.ts';
const exec = 'integration/streaming/exec.test.ts';
const attach = 'integration/streaming/attach.test.ts';

const ofCheckpoints: readonly Shown[] = [
  {
    file: 'integration/checkpoint/checkpoint.test.ts',
    test: 'is written into an archive as other engines write it, and goes on running',
    fields: { CheckpointContainerRequest: 'container_id location' },
  },
  {
    file: 'integration/checkpoint/checkpoint.test.ts',
    test: 'goes on running when its checkpoint takes too long, and nothing of it is left',
    fields: { CheckpointContainerRequest: 'timeout' },
  },
];

const ofCdi: readonly Shown[] = [
  {
    file: 'contract/cdi.test.ts',
    test: 'CDI devices bring nodes, mounts, environment, groups and hooks, with the runtime %j',
    fields: { ContainerConfig: 'CDI_devices', CDIDevice: 'name' },
  },
];

const ofPods: readonly Shown[] = [
  {
    file: pods,
    test: 'a pod has its name, host name, resolver, sysctls and cgroup parent',
    fields: {
      RunPodSandboxRequest: 'config',
      PodSandboxConfig: 'metadata hostname dns_config linux',
      PodSandboxMetadata: 'name uid namespace attempt',
      DNSConfig: 'servers searches options',
      LinuxPodSandboxConfig: 'cgroup_parent sysctls security_context',
      LinuxSandboxSecurityContext: 'namespace_options',
    },
  },
  {
    file: pods,
    test: 'the ports of a pod are published, by protocol and address',
    fields: {
      PodSandboxConfig: 'port_mappings',
      PortMapping: 'protocol container_port host_port host_ip',
    },
  },
  {
    file: pods,
    test: 'namespaces are the pod’s, the container’s own, another container’s, or the host’s',
    fields: {
      NamespaceOption: 'network pid ipc target_id',
      LinuxContainerSecurityContext: 'namespace_options',
    },
  },
  {
    file: pods,
    test: 'a pod may have a user namespace, with the ids that it was given',
    fields: {
      NamespaceOption: 'userns_options',
      UserNamespace: 'mode uids gids',
      IDMapping: 'host_id container_id length',
    },
  },
  {
    file: pods,
    test: 'a pod runs with the runtime of its handler',
    fields: { RunPodSandboxRequest: 'runtime_handler' },
  },
  {
    file: pods,
    test: 'the resources of a pod are recorded, as they are made and as v1 updates them',
    fields: { UpdatePodSandboxResourcesRequest: 'pod_sandbox_id', PodSandboxStatusRequest: 'verbose' },
  },
  {
    file: life,
    test: 'a pod has the same id, state, labels, annotations and creation time',
    fields: {
      PodSandboxConfig: 'labels annotations',
      StopPodSandboxRequest: 'pod_sandbox_id',
      RemovePodSandboxRequest: 'pod_sandbox_id',
      PodSandboxStatusRequest: 'pod_sandbox_id',
    },
  },
  {
    file: 'unit/network/cni.test.ts',
    test: 'runs the chain, each plugin with the result of the one before',
    fields: {
      UpdateRuntimeConfigRequest: 'runtime_config',
      RuntimeConfig: 'network_config',
      NetworkConfig: 'pod_cidr',
    },
  },
];

const ofContainers: readonly Shown[] = [
  {
    file: containers,
    test: 'a container runs what image, command and args say, where and with what they say',
    fields: {
      CreateContainerRequest: 'pod_sandbox_id config',
      ContainerConfig: 'image command args working_dir envs',
      KeyValue: 'key value',
      StartContainerRequest: 'container_id',
    },
  },
  {
    file: containers,
    test: 'a container is stopped by its signal, and killed after its time',
    fields: { ContainerConfig: 'stop_signal', StopContainerRequest: 'container_id timeout' },
  },
  {
    file: containers,
    test: 'a terminal, an input and a log are there if they are asked for',
    fields: { ContainerConfig: 'tty stdin log_path', PodSandboxConfig: 'log_directory' },
  },
  {
    file: attach,
    test: 'with stdin_once the end of the input is the end of the container’s',
    fields: { ContainerConfig: 'stdin_once' },
  },
  {
    file: containers,
    test: 'a user is an id or a name, with its groups',
    fields: {
      LinuxContainerSecurityContext:
        'run_as_user run_as_username run_as_group supplemental_groups supplemental_groups_policy',
      LinuxContainerConfig: 'security_context',
      Int64Value: 'value',
    },
  },
  {
    file: containers,
    test: 'a container without a user or groups has the pod’s',
    fields: { LinuxSandboxSecurityContext: 'run_as_user run_as_group supplemental_groups supplemental_groups_policy' },
  },
  {
    file: containers,
    test: 'rights are those of the request',
    fields: {
      ContainerConfig: 'linux',
      LinuxSandboxSecurityContext: 'privileged',
      LinuxContainerSecurityContext: 'capabilities privileged no_new_privs readonly_rootfs masked_paths readonly_paths',
      Capability: 'add_capabilities drop_capabilities add_ambient_capabilities',
    },
  },
  {
    file: containers,
    test: 'a seccomp profile is the default, none, or a file, in the new words and the old',
    fields: {
      LinuxContainerSecurityContext: 'seccomp seccomp_profile_path',
      SecurityProfile: 'profile_type localhost_ref',
    },
  },
  {
    file: containers,
    test: 'limits are in force, and change when they are updated',
    fields: {
      LinuxContainerConfig: 'resources',
      LinuxContainerResources:
        'cpu_period cpu_quota cpu_shares memory_limit_in_bytes memory_swap_limit_in_bytes oom_score_adj cpuset_cpus cpuset_mems',
      UpdateContainerResourcesRequest: 'container_id linux',
    },
  },
  {
    file: mounts,
    test: 'mounts show host paths, read-only if asked, the last of two on a path',
    fields: { ContainerConfig: 'mounts', Mount: 'container_path host_path readonly' },
  },
  { file: mounts, test: 'later mounts go the ways that the propagation opens', fields: { Mount: 'propagation' } },
  {
    file: mounts,
    test: 'devices are there with their permissions, also those of a directory',
    fields: { ContainerConfig: 'devices', Device: 'container_path host_path permissions' },
  },
  {
    file: mounts,
    test: 'read-only goes down the tree if asked, where the runtime can',
    fields: { Mount: 'recursive_read_only' },
  },
  { file: mounts, test: 'a mount shows an image, or a part of it', fields: { Mount: 'image image_sub_path' } },
  {
    file: mounts,
    test: 'a mount has the ids of the pod’s user namespace',
    fields: { Mount: 'uidMappings gidMappings' },
  },
  {
    file: life,
    test: 'a container lives from its creation to its removal',
    fields: {
      ContainerStatusRequest: 'container_id',
      RemoveContainerRequest: 'container_id',
      ExecSyncRequest: 'container_id cmd',
    },
  },
  {
    file: life,
    test: 'a request sent again means the same pod and container',
    fields: { ContainerConfig: 'metadata labels', ContainerMetadata: 'name attempt' },
  },
  {
    file: life,
    test: 'resources are changed and read back, and figures are told',
    fields: { ContainerStatsRequest: 'container_id' },
  },
  {
    file: life,
    test: 'a log that was moved away is opened again',
    fields: { ReopenContainerLogRequest: 'container_id' },
  },
];

const ofLists: readonly Shown[] = [
  {
    file: filters,
    test: 'pods are filtered (%#)',
    fields: {
      ListPodSandboxRequest: 'filter',
      PodSandboxFilter: 'id state label_selector',
      PodSandboxStateValue: 'state',
    },
  },
  {
    file: filters,
    test: 'containers are filtered (%#)',
    fields: {
      ListContainersRequest: 'filter',
      ContainerFilter: 'id state pod_sandbox_id label_selector',
      ContainerStateValue: 'state',
    },
  },
  {
    file: filters,
    test: 'figures of containers are filtered (%#)',
    fields: { ListContainerStatsRequest: 'filter', ContainerStatsFilter: 'id pod_sandbox_id label_selector' },
  },
  {
    file: filters,
    test: 'figures of pods are filtered (%#)',
    fields: { ListPodSandboxStatsRequest: 'filter', PodSandboxStatsFilter: 'id label_selector' },
  },
  { file: filters, test: 'of pods are filtered (%#)', fields: { StreamPodSandboxesRequest: 'filter' } },
  { file: filters, test: 'of containers are filtered (%#)', fields: { StreamContainersRequest: 'filter' } },
  {
    file: filters,
    test: 'of figures of containers are filtered (%#)',
    fields: { StreamContainerStatsRequest: 'filter' },
  },
  { file: filters, test: 'of figures of pods are filtered (%#)', fields: { StreamPodSandboxStatsRequest: 'filter' } },
  {
    file: 'contract/answers.test.ts',
    test: '$name: says something where it can',
    fields: {
      StatusRequest: 'verbose',
      ContainerStatusRequest: 'verbose',
      PodSandboxStatsRequest: 'pod_sandbox_id',
    },
  },
];

const ofSessions: readonly Shown[] = [
  {
    file: 'integration/streaming/exec-sync.test.ts',
    test: 'past its time-out the command is killed with all that came of it',
    fields: { ExecSyncRequest: 'timeout' },
  },
  {
    file: exec,
    test: 'has its input, its outputs apart, and its exit code',
    fields: { ExecRequest: 'container_id cmd stdin stdout stderr' },
  },
  {
    file: exec,
    test: 'is interactive: it has a controlling terminal, and takes the end of the input for its own',
    fields: { ExecRequest: 'tty' },
  },
  {
    file: attach,
    test: 'carries all streams, to several clients at once, until the container ends',
    fields: { AttachRequest: 'container_id stdin stdout stderr' },
  },
  { file: attach, test: 'resizes the terminal of the container', fields: { AttachRequest: 'tty' } },
  {
    file: 'integration/streaming/port-forward.test.ts',
    test: 'reaches port %i on a loopback of the pod',
    fields: { PortForwardRequest: 'pod_sandbox_id port' },
  },
];

/** What no kernel shows on every host: the mapping is all that can be tested anywhere. */
const ofOtherHosts: readonly Shown[] = [
  {
    file: 'unit/core/effective-security.test.ts',
    test: 'SELinux options and an AppArmor profile of the pod are for containers without their own',
    fields: { LinuxSandboxSecurityContext: 'selinux_options apparmor' },
  },
  {
    file: 'unit/spec/security.test.ts',
    test: 'the labels are those of the options',
    fields: {
      LinuxContainerSecurityContext: 'selinux_options',
      SELinuxOption: 'user role type level',
    },
  },
  {
    file: 'integration/spec/relabel.test.ts',
    test: 'a directory and all below it are labelled, and nothing that links lead to',
    fields: { Mount: 'selinux_relabel' },
  },
  {
    file: 'unit/spec/security.test.ts',
    test: 'a named profile without AppArmor is an error',
    fields: { LinuxContainerSecurityContext: 'apparmor apparmor_profile' },
  },
  {
    file: 'unit/spec/resources.test.ts',
    test: 'unified needs cgroup v2',
    fields: { LinuxContainerResources: 'unified' },
  },
  {
    file: 'unit/spec/resources.test.ts',
    test: 'huge pages are limited where the kernel can',
    fields: { LinuxContainerResources: 'hugepage_limits', HugepageLimit: 'page_size limit' },
  },
];

/** Each request field of RuntimeService that docs/reference/cri.md calls honoured, with a test that shows it. */
export const shown: readonly Shown[] = [
  ...ofPods,
  ...ofCdi,
  ...ofCheckpoints,
  ...ofContainers,
  ...ofLists,
  ...ofSessions,
  ...ofOtherHosts,
];
