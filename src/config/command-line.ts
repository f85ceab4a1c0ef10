import { Command } from 'commander';
import type { LoadOptions } from './load.ts';
import type { SettingKey } from './settings.ts';

const DEFAULT_FILE = '/etc/janus/daemon.json';

const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const programOf = (version: string): Command =>
  new Command('janusd')
    .description('Janus, a Kubernetes container engine that serves CRI v1alpha2 and CRI v1.')
    .version(version, '-V, --version')
    .option('--config <file>', `daemon.json to read (default: ${DEFAULT_FILE}, if it is there)`)
    .option('-H, --host <socket>', 'socket to listen on, as unix:///path; repeatable', repeatable)
    .option('-G, --group <name>', 'group of the sockets')
    .option('-g, --graph <directory>', 'directory of what lasts')
    .option('-S, --state <directory>', 'directory of what lasts until the next boot')
    .option('-p, --pidfile <file>', 'file for the process id')
    .option('-l, --log-level <level>', 'FATAL, ALERT, CRIT, ERROR, WARN, NOTICE, INFO, DEBUG or TRACE')
    .option('--enable-cri-v1', 'serve CRI v1 beside v1alpha2')
    .option('--enable-pod-events', 'serve GetContainerEvents')
    .option('--systemd-cgroup', 'have systemd make the cgroups')
    .option('--default-runtime <name>', 'runtime of pods that ask for none')
    .option('--network-plugin <name>', 'cni, or empty for pods with loopback only')
    .option('--cni-conf-dir <directory>', 'directory of network configurations')
    .option('--cni-bin-dir <directories>', 'directories of plugins, separated by ";"')
    .option('--metrics-address <address>', 'where to serve metrics: a port on loopback, or address:port')
    .option('--insecure-registry <registry>', 'registry without verified TLS; repeatable', repeatable)
    .helpOption('-h, --help')
    .addHelpText('after', '\nA flag goes before daemon.json. All keys: docs/reference/configuration.md.');

/** Flags that are given once per value, and the list in daemon.json that they make. */
const LISTS: Readonly<Record<string, SettingKey>> = { host: 'hosts', 'insecure-registry': 'insecure-registries' };

export interface CommandLine extends Pick<LoadOptions, 'file' | 'fileRequired' | 'flags'> {}

/**
 * Reads the command line, `argv` as in process.argv. Throws commander's CommanderError, after the message was printed,
 * when there is nothing to start: its `exitCode` is 0 after --help and --version.
 */
export const parseCommandLine = (argv: readonly string[], version: string): CommandLine => {
  const program = programOf(version).exitOverride();
  program.parse(argv);
  const given = program.options.flatMap((option): [string, unknown][] => {
    const name = option.long?.slice('--'.length) ?? '';
    const value: unknown = program.getOptionValue(option.attributeName());
    return value === undefined || name === 'version' ? [] : [[name, value]];
  });
  const { config, ...flags } = Object.fromEntries(given);
  return {
    file: typeof config === 'string' ? config : DEFAULT_FILE,
    fileRequired: config !== undefined,
    flags: Object.fromEntries(Object.entries(flags).map(([name, value]) => [LISTS[name] ?? name, value])),
  };
};
