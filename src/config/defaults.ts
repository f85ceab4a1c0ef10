import type { SettingKey, Settings } from './settings.ts';

/** What is there only if somebody gave it. */
type WithoutDefault =
  | 'cgroup-parent'
  | 'metrics-address'
  | 'streaming-tls'
  | 'tracing-endpoint'
  | 'websocket-server-listening-port';
export type CompleteSettings = Settings & Required<Pick<Settings, Exclude<SettingKey, WithoutDefault>>>;

/** The value of each setting that nobody gave; `cgroup-parent` depends on the driver. */
export const defaultSettings: CompleteSettings = {
  hosts: ['/run/janus/janus.sock'],
  group: '',
  graph: '/var/lib/janus',
  state: '/run/janus',
  pidfile: '/run/janus.pid',
  'log-level': 'info',
  'log-driver': 'file',
  'log-opts': {},
  'enable-cri-v1': false,
  'enable-pod-events': false,
  'systemd-cgroup': false,
  'default-runtime': 'runc',
  runtimes: {},
  'cri-runtimes': {},
  'network-plugin': '',
  'cni-conf-dir': '/etc/cni/net.d',
  'cni-bin-dir': ['/opt/cni/bin', '/usr/lib/cni'],
  'pod-sandbox-image': 'registry.k8s.io/pause:3.9',
  'registry-mirrors': [],
  'insecure-registries': [],
  'registries-conf': '',
  'streaming-address': '127.0.0.1',
  'streaming-port': 0,
  'enable-cdi': false,
  'cdi-spec-dirs': ['/etc/cdi', '/var/run/cdi'],
  'hook-spec': '',
  'tracing-sampling-rate-per-million': 0,
  'native.umask': 'secure',
};

export const defaultCgroupParent = (systemd: boolean): string => (systemd ? 'janus.slice' : '/janus');

export const defaultLog = { directory: '/var/log/janus', maxFiles: 7, maxBytes: 1024 ** 2 };
