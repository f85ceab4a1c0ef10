import type { Config, LogConfig, NetworkConfig, RuntimeConfig, StreamingConfig, TracingConfig } from './config.ts';
import { type CompleteSettings, defaultCgroupParent, defaultLog, defaultSettings } from './defaults.ts';
import type { Settings } from './settings.ts';

/** Builds the configuration from checked settings. `findProgram` says where a program of this name is. */
export const effectiveConfig = (given: Settings, findProgram: (name: string) => string): Config => {
  const settings: CompleteSettings = { ...defaultSettings, ...given };
  return {
    sockets: settings.hosts,
    group: settings.group,
    graph: settings.graph,
    state: settings.state,
    pidfile: settings.pidfile,
    log: logOf(settings),
    enableCriV1: settings['enable-cri-v1'],
    enablePodEvents: settings['enable-pod-events'],
    systemdCgroup: settings['systemd-cgroup'],
    cgroupParent: settings['cgroup-parent'] ?? defaultCgroupParent(settings['systemd-cgroup']),
    defaultRuntime: settings['default-runtime'],
    runtimes: runtimesOf(settings, findProgram),
    handlers: settings['cri-runtimes'],
    network: networkOf(settings),
    images: {
      registryMirrors: settings['registry-mirrors'],
      insecureRegistries: settings['insecure-registries'],
      registriesConf: settings['registries-conf'],
      podSandboxImage: settings['pod-sandbox-image'],
    },
    streaming: streamingOf(settings),
    cdi: { enabled: settings['enable-cdi'], specDirs: settings['cdi-spec-dirs'] },
    hookSpec: settings['hook-spec'],
    metrics: settings['metrics-address'],
    tracing: tracingOf(settings),
    umask: settings['native.umask'] === 'normal' ? 0o022 : 0o027,
  };
};

const logOf = (settings: CompleteSettings): LogConfig => {
  const options = settings['log-opts'];
  return {
    level: settings['log-level'],
    driver: settings['log-driver'],
    directory: options['log-path'] ?? defaultLog.directory,
    maxFiles: options['max-file'] ?? defaultLog.maxFiles,
    maxBytes: options['max-size'] ?? defaultLog.maxBytes,
  };
};

const BUILT_IN_RUNTIMES = ['runc', 'crun'];

const runtimesOf = (settings: CompleteSettings, findProgram: (name: string) => string): Config['runtimes'] => {
  const builtIn = BUILT_IN_RUNTIMES.map((name): [string, RuntimeConfig] => [
    name,
    { path: findProgram(name), args: [] },
  ]);
  const given = Object.entries(settings.runtimes).map(([name, runtime]): [string, RuntimeConfig] => [
    name,
    { path: runtime.path, args: runtime['runtime-args'] ?? [] },
  ]);
  return Object.fromEntries([...builtIn, ...given]);
};

const networkOf = (settings: CompleteSettings): NetworkConfig => ({
  plugin: settings['network-plugin'] === 'cni' ? 'cni' : 'none',
  confDir: settings['cni-conf-dir'],
  binDirs: settings['cni-bin-dir'],
});

const streamingOf = (settings: CompleteSettings): StreamingConfig => {
  const tls = settings['streaming-tls'];
  return {
    address: settings['streaming-address'],
    port: settings['websocket-server-listening-port'] ?? settings['streaming-port'],
    tls: tls === undefined ? undefined : { cert: tls.cert, key: tls.key, ca: tls.ca ?? '' },
  };
};

const tracingOf = (settings: CompleteSettings): TracingConfig | undefined => {
  const endpoint = settings['tracing-endpoint'];
  return endpoint === undefined
    ? undefined
    : { endpoint, samplingRatePerMillion: settings['tracing-sampling-rate-per-million'] };
};
