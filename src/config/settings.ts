import * as z from 'zod';
import type { LogConfig } from './config.ts';
import * as rule from './rules.ts';

/** iSulad's names of levels, and what they are in Janus. */
const LEVELS: Readonly<Record<string, LogConfig['level']>> = {
  FATAL: 'error',
  ALERT: 'error',
  CRIT: 'error',
  ERROR: 'error',
  WARN: 'warn',
  NOTICE: 'info',
  INFO: 'info',
  DEBUG: 'debug',
  TRACE: 'debug',
};

const level = rule.text
  .refine((value) => value.toUpperCase() in LEVELS, `must be one of ${Object.keys(LEVELS).join(', ')}`)
  .transform((value) => LEVELS[value.toUpperCase()] ?? 'info');

const logOptions = z.strictObject(
  {
    'log-path': rule.path.optional(),
    'max-file': rule.logFiles.optional(),
    'max-size': rule.logBytes.optional(),
    /** Known: iSulad's. The mode of Janus' log is fixed. */
    'log-file-mode': rule.text.optional(),
  },
  'must be an object of strings',
);

const runtime = z.strictObject(
  { path: rule.path, 'runtime-args': z.array(rule.text, 'must be a list of strings').optional() },
  'must be an object with "path"',
);

const tls = z.strictObject(
  { cert: rule.path, key: rule.path, ca: rule.path.optional() },
  'must be an object with "cert", "key" and, for client certificates, "ca"',
);

/** Every key of daemon.json that Janus acts on. Keys and meanings are iSulad's unless marked. */
export const settingsSchema = z.object({
  hosts: z.array(rule.host, 'must be a list of sockets').min(1, 'must name a socket').max(10, 'must be at most 10'),
  group: rule.text,
  graph: rule.path,
  state: rule.path,
  pidfile: rule.path,
  'log-level': level,
  'log-driver': rule.word(['file', 'stdout']),
  'log-opts': logOptions,
  'enable-cri-v1': rule.flag,
  'enable-pod-events': rule.flag,
  'systemd-cgroup': rule.flag,
  'cgroup-parent': rule.text,
  'default-runtime': rule.name,
  runtimes: z.record(rule.name, runtime, 'must be an object of runtimes by name'),
  'cri-runtimes': z.record(rule.name, rule.name, 'must be an object of names in "runtimes" by handler'),
  'network-plugin': rule.word(['', 'cni']),
  'cni-conf-dir': rule.pathOrUnset,
  'cni-bin-dir': rule.pathsOrUnset,
  'pod-sandbox-image': rule.textOrUnset,
  'registry-mirrors': z.array(rule.mirror, 'must be a list of registries'),
  'insecure-registries': z.array(rule.registry, 'must be a list of registries'),
  /** Of Janus: a containers-registries.conf(5) file. */
  'registries-conf': rule.pathOrUnset,
  'websocket-server-listening-port': rule.integer(1024, 49151),
  /** Of Janus. */
  'streaming-address': rule.address,
  /** Of Janus: 0 is any free port. */
  'streaming-port': rule.integer(0, 65535),
  /** Of Janus. */
  'streaming-tls': tls,
  'enable-cdi': rule.flag,
  'cdi-spec-dirs': z.array(rule.path, 'must be a list of paths'),
  'hook-spec': rule.pathOrUnset,
  /** Of Janus: where Prometheus finds the figures. */
  'metrics-address': rule.metricsAddress,
  /** Of Janus: where traces are sent, by OTLP over HTTP. */
  'tracing-endpoint': rule.endpoint,
  /** Of Janus. The kubelet's and CRI-O's name. */
  'tracing-sampling-rate-per-million': rule.integer(0, 1_000_000),
  'native.umask': rule.word(['normal', 'secure']),
});

type Output = z.output<typeof settingsSchema>;
export type SettingKey = keyof Output;
/** Settings that were given, each checked by itself. */
export type Settings = { readonly [K in SettingKey]?: NonNullable<Output[K]> };

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settingsSchema.shape, key);

/** Keys of iSulad's daemon.json, old and new, that do nothing in Janus. */
export const IGNORED_KEYS: ReadonlySet<string> = new Set([
  'authorization-plugin',
  'container-log',
  'cpu-rt-period',
  'cpu-rt-runtime',
  'cri-sandboxers',
  'default-ulimits',
  'disable-connections',
  'enable-plugins',
  'engine',
  'image-layer-check',
  'image-opt-timeout',
  'image-server-sock-addr',
  'image_service',
  'insecure-skip-verify-enforce',
  'metrics-port',
  'nri-support',
  'plugin-config-path',
  'plugin-path',
  'plugin-registration-timeout',
  'plugin-request-timeout',
  'plugin-requst-timeout',
  'rootfsmntdir',
  'selinux-enabled',
  'start-timeout',
  'storage-driver',
  'storage-enable-remote-layer',
  'storage-opts',
  'sup-groups',
  'tls',
  'tls-config',
  'tls-verify',
  'use-decrypted-key',
  'userns-remap',
]);
