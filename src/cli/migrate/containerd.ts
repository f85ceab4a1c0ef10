import { parse } from 'smol-toml';
import { below, directories, directory, given, type Migration, others, tableOf, textOf, textsOf } from './result.ts';

/** The CRI plugin's parts by the version of the file: 3 has two plugins, earlier ones have one. */
const parts = (file: unknown) => {
  const one = below(file, 'plugins', 'io.containerd.grpc.v1.cri');
  const runtime = below(file, 'plugins', 'io.containerd.cri.v1.runtime');
  const images = below(file, 'plugins', 'io.containerd.cri.v1.images');
  return { runtime: { ...one, ...runtime }, images: { ...one, ...images } };
};

const RUNC = 'io.containerd.runc.v2';

const runtimesOf = (tables: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(tables).map(([name, value]) => {
    const { runtime_type: type, options } = tableOf(value);
    return { name, type: textOf(type), path: textOf(below(options)['BinaryName']) };
  });
  return {
    runtimes: Object.fromEntries(
      entries.filter(({ path }) => path.startsWith('/')).map(({ name, path }) => [name, { path }]),
    ),
    foreign: entries
      .filter(
        ({ type, path, name }) =>
          (type !== '' && type !== RUNC) || (!path.startsWith('/') && !['runc', 'crun'].includes(name)),
      )
      .map(({ name, type }) => `runtime ${name} (${type}): a shim; give the path of an OCI runtime in "runtimes"`),
    systemd: entries.some(({ name }) => below(tables, name, 'options')['SystemdCgroup'] === true),
  };
};

/** containerd's config.toml, versions 1 to 3. */
export const fromContainerd = (text: string): Migration => {
  const file = parse(text);
  const { runtime, images } = parts(file);
  const containerd = below(runtime, 'containerd');
  const cni = below(runtime, 'cni');
  const { runtimes, foreign, systemd } = runtimesOf(below(containerd, 'runtimes'));
  const registry = below(images, 'registry');
  const pinned = textOf(images['sandbox_image']) || textOf(below(images, 'pinned_images')['sandbox']);
  return {
    settings: given({
      'network-plugin': 'cni',
      'systemd-cgroup': systemd || undefined,
      'default-runtime': textOf(containerd['default_runtime_name']),
      runtimes,
      'cni-conf-dir': directory(textOf(cni['conf_dir'])),
      'cni-bin-dir': directories([...textsOf(cni['bin_dirs']), textOf(cni['bin_dir'])]),
      'pod-sandbox-image': pinned,
      'registry-mirrors': textsOf(below(registry, 'mirrors', 'docker.io')['endpoint']),
      'streaming-address': textOf(runtime['stream_server_address']) || undefined,
    }),
    notCarried: [
      ...foreign,
      ...(textOf(registry['config_path']) === ''
        ? []
        : ['registry.config_path: hosts.toml files become a registries.conf; name it in "registries-conf"']),
      ...(Object.keys(below(registry, 'configs')).length === 0
        ? []
        : ['registry.configs: credentials come from the kubelet; certificates belong into /etc/containers/certs.d']),
      ...others(below(registry, 'mirrors'), ['docker.io'], 'registry.mirrors.'),
      ...(textOf(tableOf(file)['root']) === ''
        ? []
        : ['root: images and containers stay with containerd; Janus pulls anew into "graph"']),
      ...Object.keys(below(file, 'proxy_plugins')).map(
        (name) => `proxy_plugins.${name}: snapshotters have no like in Janus`,
      ),
      ...(runtime['enable_cdi'] === true ? ['enable_cdi: see the reference for CDI in Janus'] : []),
    ],
  };
};
