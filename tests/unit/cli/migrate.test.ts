import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { fromContainerd } from '../../../src/cli/migrate/containerd.ts';
import { fromCrio } from '../../../src/cli/migrate/crio.ts';
import { fromDocker } from '../../../src/cli/migrate/docker.ts';
import { fromIsulad } from '../../../src/cli/migrate/isulad.ts';
import { checkSettings } from '../../../src/config/problems.ts';

const isAccepted = (settings: object): boolean => checkSettings(settings, (key) => key).problems.length === 0;

const CONTAINERD = `
version = 2
root = "/var/lib/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example/pause:3.9"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d/"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = true
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata]
      runtime_type = "io.containerd.kata.v2"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`;

test("containerd's config.toml becomes settings that Janus takes, and says what stays behind", () => {
  const { settings, notCarried } = fromContainerd(CONTAINERD);
  expect(settings).toEqual({
    'network-plugin': 'cni',
    'systemd-cgroup': true,
    'default-runtime': 'runc',
    'cni-conf-dir': '/etc/cni/net.d',
    'cni-bin-dir': '/opt/cni/bin',
    'pod-sandbox-image': 'registry.example/pause:3.9',
  });
  expect(isAccepted(settings)).toBe(true);
  expect(notCarried.map((line) => line.split(/[ :]/)[0])).toEqual(['runtime', 'registry.config_path', 'root']);
  expect(notCarried[0]).toContain('kata');
});

test("containerd's third version keeps the same things in two plugins", () => {
  const { settings } = fromContainerd(`
version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'registry.example/pause:3.10'
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['/opt/cni/bin', '/usr/lib/cni']
`);
  expect(settings).toMatchObject({
    'pod-sandbox-image': 'registry.example/pause:3.10',
    'cni-bin-dir': '/opt/cni/bin;/usr/lib/cni',
  });
});

test("CRI-O's crio.conf", () => {
  const { settings, notCarried } = fromCrio(`
[crio.runtime]
cgroup_manager = "cgroupfs"
log_level = "info"
default_runtime = "crun"
pids_limit = 2048
[crio.runtime.runtimes.crun]
runtime_path = "/usr/bin/crun"
allowed_annotations = ["io.containers.trace-syscall"]
[crio.image]
pause_image = "registry.k8s.io/pause:3.9"
insecure_registries = ["registry.example:5000"]
[crio.network]
plugin_dirs = ["/usr/lib/cni/"]
[crio.metrics]
enable_metrics = true
metrics_port = 9091
`);
  expect(settings).toEqual({
    'network-plugin': 'cni',
    'log-level': 'INFO',
    'default-runtime': 'crun',
    runtimes: { crun: { path: '/usr/bin/crun' } },
    'cni-bin-dir': '/usr/lib/cni',
    'pod-sandbox-image': 'registry.k8s.io/pause:3.9',
    'insecure-registries': ['registry.example:5000'],
    'metrics-address': '127.0.0.1:9091',
  });
  expect(isAccepted(settings)).toBe(true);
  expect(notCarried.map((line) => line.split(':')[0])).toEqual([
    'crio.runtime.runtimes.crun.allowed_annotations',
    'crio.runtime.pids_limit',
  ]);
});

test("iSulad's daemon.json keeps its keys, but not the places that two engines must not share", () => {
  const { settings, notCarried } = fromIsulad(
    '{"graph":"/var/lib/isulad","network-plugin":"cni","storage-driver":"overlay2","default-runtime":"runc"}',
  );
  expect(settings).toEqual({ 'network-plugin': 'cni', 'default-runtime': 'runc' });
  expect(notCarried.map((line) => line.split(':')[0])).toEqual(['graph', 'storage-driver']);
});

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/migrate/${name}`, import.meta.url), 'utf8');
const keysOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(':')[0] ?? '');

test('what containerd generates becomes what was meant, and only what was set to something else is told of', () => {
  const { settings, notCarried } = fromContainerd(fixture('config.toml'));
  expect(settings).toEqual({
    'network-plugin': 'cni',
    'log-level': 'INFO',
    'default-runtime': 'nvidia',
    runtimes: { nvidia: { path: '/usr/bin/nvidia-container-runtime' } },
    'cni-conf-dir': '/etc/cni/net.d',
    'cni-bin-dir': '/opt/cni/bin',
    'pod-sandbox-image': 'registry.k8s.io/pause:3.9',
    'enable-cdi': true,
    'cdi-spec-dirs': ['/etc/cdi', '/var/run/cdi'],
    'insecure-registries': ['registry.example'],
    'streaming-address': '127.0.0.1',
    'metrics-address': '127.0.0.1:1338',
  });
  expect(isAccepted(settings)).toBe(true);
  expect(keysOf(notCarried)).toEqual([
    'runtime runsc (io.containerd.runsc.v1)',
    'registry.configs',
    'cri.device_ownership_from_security_context',
    'root',
  ]);
});

test("what is built around a shim is no default of Janus', and a streaming address that all reach needs a certificate", () => {
  const { settings, notCarried } = fromContainerd(`
version = 3
[plugins.'io.containerd.cri.v1.runtime']
  enable_cdi = true
[plugins.'io.containerd.cri.v1.runtime'.containerd]
  default_runtime_name = 'kata'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.kata]
  runtime_type = 'io.containerd.kata.v2'
  sandboxer = 'podsandbox'
[plugins.'io.containerd.grpc.v1.cri']
  stream_server_address = '0.0.0.0'
  stream_server_port = '10010'
`);
  expect(settings).toEqual({ 'network-plugin': 'cni', 'enable-cdi': true, 'streaming-port': 10010 });
  expect(keysOf(notCarried)).toEqual([
    'runtime kata (io.containerd.kata.v2)',
    'default_runtime_name kata',
    'streaming address 0.0.0.0',
  ]);
});

test.skipIf(!existsSync('/usr/bin/containerd'))(
  'all that the containerd of this machine has by default is known',
  () => {
    const text = spawnSync('containerd', ['config', 'default']).stdout.toString();
    expect(parse(text)).toHaveProperty('plugins');
    const { settings, notCarried } = fromContainerd(text);
    expect(isAccepted(settings)).toBe(true);
    expect(keysOf(notCarried)).toEqual(['root']);
  },
);

test('what CRI-O generates', () => {
  const { settings, notCarried } = fromCrio(fixture('crio.conf'));
  expect(settings).toEqual({
    'network-plugin': 'cni',
    'log-level': 'INFO',
    'default-runtime': 'crun',
    runtimes: { crun: { path: '/usr/bin/crun' } },
    'cni-conf-dir': '/etc/cni/net.d',
    'cni-bin-dir': '/opt/cni/bin',
    'pod-sandbox-image': 'registry.k8s.io/pause:3.9',
    'insecure-registries': ['registry.example:5000'],
    'enable-pod-events': true,
    'enable-cdi': true,
    'cdi-spec-dirs': ['/etc/cdi', '/var/run/cdi'],
    'streaming-address': '127.0.0.1',
    'metrics-address': '127.0.0.1:9537',
  });
  expect(isAccepted(settings)).toBe(true);
  expect(keysOf(notCarried)).toEqual([
    'crio.runtime.runtimes.crun.allowed_annotations',
    'crio.runtime.runtimes.kata',
    'crio.runtime.conmon_cgroup',
    'crio.runtime.seccomp_profile',
  ]);
});

test('what iSulad is installed with', () => {
  const { settings, notCarried } = fromIsulad(fixture('isulad.json'));
  expect(isAccepted(settings)).toBe(true);
  expect(settings).toMatchObject({ 'log-driver': 'stdout', 'default-runtime': 'runc', 'native.umask': 'secure' });
  expect(settings).not.toHaveProperty('cri-runtimes');
  expect(keysOf(notCarried)).toEqual([
    ...['cri-runtimes.kata', 'graph', 'state', 'pidfile', 'container-log', 'start-timeout', 'storage-driver'],
    ...['storage-opts', 'image-opt-timeout', 'image-server-sock-addr', 'image-layer-check', 'use-decrypted-key'],
    'insecure-skip-verify-enforce',
  ]);
});

test("Docker's daemon.json", () => {
  const { settings, notCarried } = fromDocker(fixture('docker.json'));
  expect(settings).toEqual({
    'network-plugin': 'cni',
    'systemd-cgroup': true,
    'registry-mirrors': ['https://mirror.example'],
    'insecure-registries': ['registry.example:5000'],
  });
  expect(isAccepted(settings)).toBe(true);
  expect(keysOf(notCarried).slice(0, -1)).toEqual([
    'runtimes.nvidia',
    'default-runtime nvidia',
    'log-driver',
    'live-restore',
  ]);
});
