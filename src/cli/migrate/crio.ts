import { parse } from 'smol-toml';
import { below, directories, directory, given, type Migration, others, tableOf, textOf, textsOf } from './result.ts';

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

const runtimesOf = (tables: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(tables).map(([name, value]) => ({ name, table: tableOf(value) }));
  const usable = entries.filter(
    ({ table }) => textOf(table['runtime_path']) !== '' && textOf(table['runtime_type']) !== 'vm',
  );
  return {
    runtimes: Object.fromEntries(usable.map(({ name, table }) => [name, { path: textOf(table['runtime_path']) }])),
    lost: entries.flatMap(({ name, table }) =>
      others(table, ['runtime_path', 'runtime_type', 'runtime_root', 'monitor_path'], `crio.runtime.runtimes.${name}.`),
    ),
  };
};

/** CRI-O's crio.conf. */
export const fromCrio = (text: string): Migration => {
  const crio = below(parse(text), 'crio');
  const { api, runtime, image, network, metrics } = {
    api: below(crio, 'api'),
    runtime: below(crio, 'runtime'),
    image: below(crio, 'image'),
    network: below(crio, 'network'),
    metrics: below(crio, 'metrics'),
  };
  const { runtimes, lost } = runtimesOf(below(runtime, 'runtimes'));
  const systemd = textOf(runtime['cgroup_manager'] ?? 'systemd') === 'systemd';
  const port = metrics['enable_metrics'] === true ? String(metrics['metrics_port'] ?? 9090) : '';
  return {
    settings: given({
      'network-plugin': 'cni',
      'systemd-cgroup': systemd || undefined,
      'log-level': LEVELS[textOf(runtime['log_level'])],
      'default-runtime': textOf(runtime['default_runtime']),
      runtimes,
      'cni-conf-dir': directory(textOf(network['network_dir'])),
      'cni-bin-dir': directories(textsOf(network['plugin_dirs'])),
      'pod-sandbox-image': textOf(image['pause_image']),
      'insecure-registries': textsOf(image['insecure_registries']),
      'enable-pod-events': runtime['enable_pod_events'] === true || undefined,
      'metrics-address': port,
    }),
    notCarried: [
      ...lost,
      ...others(
        runtime,
        ['runtimes', 'cgroup_manager', 'log_level', 'default_runtime', 'enable_pod_events'],
        'crio.runtime.',
      ),
      ...others(image, ['pause_image', 'insecure_registries'], 'crio.image.'),
      ...others(api, ['listen', 'stream_address', 'stream_port'], 'crio.api.'),
      ...others(network, ['network_dir', 'plugin_dirs'], 'crio.network.'),
    ],
  };
};
