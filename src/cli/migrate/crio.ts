import { parse } from 'smol-toml';
import { CRIO_DEFAULTS } from './defaults.ts';
import {
  below,
  directories,
  directory,
  given,
  LEVELS,
  type Migration,
  metricsOf,
  others,
  streamingOf,
  tableOf,
  textOf,
  textsOf,
} from './result.ts';

type Table = Readonly<Record<string, unknown>>;

const BUILT_IN = ['runc', 'crun'];
const OF_HANDLER = [
  'runtime_path',
  'runtime_type',
  'runtime_root',
  'monitor_path',
  'monitor_env',
  'allowed_annotations',
];

const runtimesOf = (tables: Table) => {
  const entries = Object.entries(tables).map(([name, value]) => ({ name, table: tableOf(value) }));
  const isVm = (table: Table): boolean => textOf(table['runtime_type']) === 'vm';
  const usable = entries.filter(({ table }) => textOf(table['runtime_path']) !== '' && !isVm(table));
  return {
    names: [...usable.map(({ name }) => name), ...BUILT_IN],
    runtimes: Object.fromEntries(usable.map(({ name, table }) => [name, { path: textOf(table['runtime_path']) }])),
    notCarried: entries.flatMap(({ name, table }) => [
      ...(isVm(table) ? [`crio.runtime.runtimes.${name}: a runtime of type vm has no like in Janus`] : []),
      ...(textsOf(table['allowed_annotations']).length > 0
        ? [`crio.runtime.runtimes.${name}.allowed_annotations: Janus acts on no annotations of CRI-O's`]
        : []),
      ...others(table, `crio.runtime.runtimes.${name}.`, { known: OF_HANDLER, defaults: CRIO_DEFAULTS.handler }),
    ]),
  };
};

const metricsAddress = (metrics: Table): string =>
  metrics['enable_metrics'] === true
    ? `${textOf(metrics['metrics_host']) || '127.0.0.1'}:${String(metrics['metrics_port'] ?? 9090)}`
    : '';

const streamOf = (api: Table) => {
  const tls = api['stream_enable_tls'] === true ? api : {};
  return streamingOf({
    address: textOf(api['stream_address']),
    port: api['stream_port'],
    cert: textOf(tls['stream_tls_cert']),
    key: textOf(tls['stream_tls_key']),
    ca: textOf(tls['stream_tls_ca']),
  });
};

const CARRIED = {
  runtime: [
    ...['runtimes', 'cgroup_manager', 'log_level', 'default_runtime', 'enable_pod_events', 'cdi_spec_dirs'],
    // Of programs that Janus finds by itself.
    ...['conmon', 'conmon_env', 'pinns_path', 'workloads'],
  ],
  image: ['pause_image', 'insecure_registries'],
  api: [
    ...['listen', 'stream_address', 'stream_port', 'stream_enable_tls', 'stream_tls_cert', 'stream_tls_key'],
    'stream_tls_ca',
  ],
  metrics: ['enable_metrics', 'metrics_host', 'metrics_port', 'metrics_collectors', 'metrics_socket'],
};

/** CRI-O's crio.conf, or one file of its crio.conf.d. */
export const fromCrio = (text: string): Migration => {
  const crio = below(parse(text), 'crio');
  const [api, runtime, image] = [below(crio, 'api'), below(crio, 'runtime'), below(crio, 'image')];
  const [network, metricsTable] = [below(crio, 'network'), below(crio, 'metrics')];
  const { names, runtimes, notCarried: lost } = runtimesOf(below(runtime, 'runtimes'));
  const metrics = metricsOf(metricsAddress(metricsTable));
  const streaming = streamOf(api);
  const byDefault = textOf(runtime['default_runtime']);
  const isLost = byDefault !== '' && !names.includes(byDefault);
  const devices = textsOf(runtime['cdi_spec_dirs']);
  return {
    settings: given({
      'network-plugin': 'cni',
      'systemd-cgroup': textOf(runtime['cgroup_manager'] ?? 'systemd') === 'systemd' || undefined,
      'log-level': LEVELS[textOf(runtime['log_level'])],
      'default-runtime': isLost ? '' : byDefault,
      runtimes,
      'cni-conf-dir': directory(textOf(network['network_dir'])),
      'cni-bin-dir': directories(textsOf(network['plugin_dirs'])),
      'pod-sandbox-image': textOf(image['pause_image']),
      'insecure-registries': textsOf(image['insecure_registries']),
      'enable-pod-events': runtime['enable_pod_events'] === true || undefined,
      'enable-cdi': devices.length > 0 || undefined,
      'cdi-spec-dirs': devices,
      ...streaming.settings,
      ...metrics.settings,
    }),
    notCarried: [
      ...lost,
      ...(isLost ? [`crio.runtime.default_runtime ${byDefault}: is not carried over; Janus' default is runc`] : []),
      ...streaming.notCarried,
      ...metrics.notCarried,
      ...others(runtime, 'crio.runtime.', { known: CARRIED.runtime, defaults: CRIO_DEFAULTS.runtime }),
      ...others(below(runtime, 'workloads'), 'crio.runtime.workloads.', { known: [] }),
      ...others(image, 'crio.image.', { known: CARRIED.image, defaults: CRIO_DEFAULTS.image }),
      ...others(api, 'crio.api.', { known: CARRIED.api, defaults: CRIO_DEFAULTS.api }),
      ...others(network, 'crio.network.', { known: ['network_dir', 'plugin_dirs'] }),
      ...others(metricsTable, 'crio.metrics.', { known: CARRIED.metrics }),
      ...(below(crio, 'tracing')['enable_tracing'] === true
        ? ['crio.tracing: goes by gRPC; set "tracing-endpoint" to the address for HTTP of the same collector']
        : []),
      ...(below(crio, 'nri')['enable_nri'] === true ? ['crio.nri: has no like in Janus'] : []),
      ...(textOf(crio['root']) === '' ? [] : ['crio.root: images and containers stay with CRI-O; Janus pulls anew']),
    ],
  };
};
