import { parse } from 'smol-toml';
import { findProgram } from '../../config/find-program.ts';
import { CONTAINERD_DEFAULTS } from './defaults.ts';
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

/** The CRI plugin's parts by the version of the file: 3 has several plugins, earlier ones have one, which 1 calls by a shorter name. */
const parts = (file: unknown) => {
  const one = { ...below(file, 'plugins', 'cri'), ...below(file, 'plugins', 'io.containerd.grpc.v1.cri') };
  const runtime = below(file, 'plugins', 'io.containerd.cri.v1.runtime');
  const images = below(file, 'plugins', 'io.containerd.cri.v1.images');
  return { one, runtime: { ...one, ...runtime }, images: { ...one, ...images } };
};

const RUNC = 'io.containerd.runc.v2';
const BUILT_IN = ['runc', 'crun'];

/** A name alone is what the daemon finds in its PATH. */
const programOf = (options: unknown): string => {
  const name = textOf(below(options)['BinaryName']);
  return name === '' || name.startsWith('/') ? name : findProgram(name);
};

const runtimesOf = (tables: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(tables).map(([name, value]) => {
    const { runtime_type: type, options, ...rest } = tableOf(value);
    const path = programOf(options);
    const isShim = textOf(type) !== '' && type !== RUNC;
    return { name, type: textOf(type), path, rest, usable: !isShim && (path !== '' || BUILT_IN.includes(name)) };
  });
  return {
    usable: entries.flatMap(({ name, usable }) => (usable ? [name] : [])),
    runtimes: Object.fromEntries(
      entries.filter(({ usable, path }) => usable && path !== '').map(({ name, path }) => [name, { path }]),
    ),
    notCarried: [
      ...entries
        .filter(({ usable }) => !usable)
        .map(({ name, type }) => `runtime ${name} (${type}): a shim; give the path of an OCI runtime in "runtimes"`),
      ...entries.flatMap(({ name, rest }) =>
        others(rest, `runtimes.${name}.`, { known: [], defaults: CONTAINERD_DEFAULTS.runtime }),
      ),
    ],
    systemd: entries.some(({ name }) => below(tables, name, 'options')['SystemdCgroup'] === true),
  };
};

const registriesOf = (registry: Readonly<Record<string, unknown>>) => {
  const configs = below(registry, 'configs');
  const insecure = Object.keys(configs).filter((host) => below(configs, host, 'tls')['insecure_skip_verify'] === true);
  return {
    settings: {
      'registry-mirrors': textsOf(below(registry, 'mirrors', 'docker.io')['endpoint']),
      'insecure-registries': insecure,
    },
    notCarried: [
      ...(textOf(registry['config_path']) === ''
        ? []
        : ['registry.config_path: hosts.toml files become a registries.conf; name it in "registries-conf"']),
      ...(Object.keys(configs).length === 0
        ? []
        : ['registry.configs: credentials come from the kubelet; certificates belong into /etc/containers/certs.d']),
      ...others(below(registry, 'mirrors'), 'registry.mirrors.', { known: ['docker.io'] }),
      ...others(registry, 'registry.', { known: ['config_path', 'configs', 'mirrors'] }),
    ],
  };
};

const streamOf = (runtime: Readonly<Record<string, unknown>>, one: Readonly<Record<string, unknown>>) => {
  const place = { ...runtime, ...one };
  const tls = place['enable_tls_streaming'] === true ? below(place, 'x509_key_pair_streaming') : {};
  return streamingOf({
    address: textOf(place['stream_server_address']),
    port: place['stream_server_port'],
    cert: textOf(tls['tls_cert_file']),
    key: textOf(tls['tls_key_file']),
  });
};

const OWN_TABLES = ['cni', 'containerd', 'registry', 'x509_key_pair_streaming', 'image_decryption', 'pinned_images'];
const CARRIED = [
  ...['sandbox_image', 'stream_server_address', 'stream_server_port', 'enable_tls_streaming', 'enable_cdi'],
  'cdi_spec_dirs',
];

/** Tables that are carried over in part, and how containerd itself works. */
const OF_THE_DAEMON = [
  ...['plugins', 'metrics', 'debug', 'root', 'state', 'version', 'proxy_plugins', 'grpc'],
  ...['timeouts', 'stream_processors', 'cgroup', 'ttrpc'],
];

/** containerd's config.toml, versions 1 to 3. */
export const fromContainerd = (text: string): Migration => {
  const file = tableOf(parse(text));
  const { one, runtime, images } = parts(file);
  const containerd = below(runtime, 'containerd');
  const cni = below(runtime, 'cni');
  const { usable, runtimes, systemd, ...foreign } = runtimesOf(below(containerd, 'runtimes'));
  const registries = registriesOf(below(images, 'registry'));
  const streaming = streamOf(runtime, one);
  const metrics = metricsOf(textOf(below(file, 'metrics')['address']));
  const byDefault = textOf(containerd['default_runtime_name']);
  const isLost = byDefault !== '' && ![...usable, ...BUILT_IN].includes(byDefault);
  return {
    settings: given({
      'network-plugin': 'cni',
      'log-level': LEVELS[textOf(below(file, 'debug')['level'])],
      'systemd-cgroup': systemd || undefined,
      'default-runtime': isLost ? '' : byDefault,
      runtimes,
      'cni-conf-dir': directory(textOf(cni['conf_dir'])),
      'cni-bin-dir': directories([...textsOf(cni['bin_dirs']), textOf(cni['bin_dir'])]),
      'pod-sandbox-image': textOf(images['sandbox_image']) || textOf(below(images, 'pinned_images')['sandbox']),
      'enable-cdi': runtime['enable_cdi'] === true || undefined,
      'cdi-spec-dirs': textsOf(runtime['cdi_spec_dirs']),
      ...registries.settings,
      ...streaming.settings,
      ...metrics.settings,
    }),
    notCarried: [
      ...foreign.notCarried,
      ...(isLost ? [`default_runtime_name ${byDefault}: is not carried over; Janus' default is runc`] : []),
      ...registries.notCarried,
      ...streaming.notCarried,
      ...metrics.notCarried,
      ...others(runtime, 'cri.', { known: [...CARRIED, ...OWN_TABLES], defaults: CONTAINERD_DEFAULTS.cri }),
      ...others(cni, 'cni.', { known: ['conf_dir', 'bin_dir', 'bin_dirs'], defaults: CONTAINERD_DEFAULTS.cni }),
      ...others(containerd, 'containerd.', {
        known: ['runtimes', 'default_runtime_name', 'default_runtime', 'untrusted_workload_runtime'],
        defaults: CONTAINERD_DEFAULTS.containerd,
      }),
      ...others(file, '', { known: OF_THE_DAEMON }),
      ...(textOf(file['root']) === ''
        ? []
        : ['root: images and containers stay with containerd; Janus pulls anew into "graph"']),
      ...Object.keys(below(file, 'proxy_plugins')).map(
        (name) => `proxy_plugins.${name}: snapshotters have no like in Janus`,
      ),
    ],
  };
};
