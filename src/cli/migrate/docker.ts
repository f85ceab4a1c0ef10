import { parseJson } from '../../config/json.ts';
import { below, given, LEVELS, type Migration, others, tableOf, textOf, textsOf } from './result.ts';

/** What Docker takes for a pod is cri-dockerd's matter; what it has of its own for containers, networks and images has no like. */
const CARRIED = [
  ...['registry-mirrors', 'insecure-registries', 'default-runtime', 'runtimes', 'log-level', 'exec-opts'],
  ...['features', 'cdi-spec-dirs', 'data-root', 'debug'],
];

const runtimesOf = (tables: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(tables).map(([name, value]) => ({ name, table: tableOf(value) }));
  const usable = entries.filter(({ table }) => textOf(table['path']).startsWith('/'));
  return {
    runtimes: Object.fromEntries(
      usable.map(({ name, table }) => [
        name,
        given({ path: textOf(table['path']), 'runtime-args': textsOf(table['runtimeArgs']) }),
      ]),
    ),
    notCarried: entries
      .filter((entry) => !usable.includes(entry))
      .map(({ name }) => `runtimes.${name}: give the path of an OCI runtime in "runtimes"`),
  };
};

/** Docker's daemon.json, of a node whose kubelet reaches Docker through cri-dockerd. */
export const fromDocker = (text: string): Migration => {
  const docker = tableOf(parseJson(text).value);
  const { runtimes, notCarried } = runtimesOf(tableOf(docker['runtimes']));
  const byDefault = textOf(docker['default-runtime']);
  const isLost = byDefault !== '' && !['runc', 'crun', ...Object.keys(runtimes)].includes(byDefault);
  return {
    settings: given({
      'network-plugin': 'cni',
      'systemd-cgroup': textsOf(docker['exec-opts']).includes('native.cgroupdriver=systemd') || undefined,
      'log-level': LEVELS[docker['debug'] === true ? 'debug' : textOf(docker['log-level'])],
      'default-runtime': isLost ? '' : byDefault,
      runtimes,
      'registry-mirrors': textsOf(docker['registry-mirrors']),
      'insecure-registries': textsOf(docker['insecure-registries']),
      'enable-cdi': below(docker, 'features')['cdi'] === true || undefined,
      'cdi-spec-dirs': textsOf(docker['cdi-spec-dirs']),
    }),
    notCarried: [
      ...notCarried,
      ...(isLost ? [`default-runtime ${byDefault}: is not carried over; Janus' default is runc`] : []),
      ...others(docker, '', { known: CARRIED }),
      'images and containers stay with Docker; Janus pulls anew',
    ],
  };
};
