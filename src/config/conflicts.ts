import { BlockList, isIP } from 'node:net';
import { normalize } from 'node:path';
import type { Config } from './config.ts';
import { problem } from './problems.ts';
import type { SettingKey, Settings } from './settings.ts';

/** What the program was built with. */
export interface BuildFlags {
  readonly ENABLE_CRI_API_V1: boolean;
}

interface Given {
  readonly config: Config;
  readonly settings: Settings;
  readonly build: BuildFlags;
  /** How the setting is called where it was given. */
  label(key: SettingKey): string;
}

/** What is wrong between settings that are each right by themselves. */
export const conflicts = (given: Given): readonly string[] => [
  ...buildConflicts(given),
  ...cgroupConflicts(given),
  ...runtimeConflicts(given),
  ...pathConflicts(given),
  ...streamingConflicts(given),
];

const buildConflicts = ({ config, build, label }: Given): readonly string[] =>
  config.enableCriV1 && !build.ENABLE_CRI_API_V1
    ? [problem(label('enable-cri-v1'), true, 'this janusd was built without CRI v1 (ENABLE_CRI_API_V1)')]
    : [];

const SLICE = /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*\.slice$/;
const isCgroupPath = (parent: string): boolean =>
  parent.startsWith('/') && normalize(parent) === parent && parent !== '/' && !parent.endsWith('/');

const cgroupConflicts = ({ config, label }: Given): readonly string[] => {
  const { systemdCgroup, cgroupParent } = config;
  if (systemdCgroup && !SLICE.test(cgroupParent))
    return [problem(label('cgroup-parent'), cgroupParent, 'must be a slice, as in janus.slice, with "systemd-cgroup"')];
  if (!systemdCgroup && !isCgroupPath(cgroupParent))
    return [problem(label('cgroup-parent'), cgroupParent, 'must be an absolute path of a cgroup, as in /janus')];
  return [];
};

const runtimeConflicts = ({ config, settings, label }: Given): readonly string[] => {
  const known = Object.keys(config.runtimes);
  const rule = `must be one of "runtimes": ${known.join(', ')}`;
  const handlers = Object.entries(settings['cri-runtimes'] ?? {}).filter(([, runtime]) => !known.includes(runtime));
  return [
    ...(known.includes(config.defaultRuntime) ? [] : [problem(label('default-runtime'), config.defaultRuntime, rule)]),
    ...handlers.map(([handler, runtime]) => problem(`${label('cri-runtimes')}: "${handler}"`, runtime, rule)),
  ];
};

const isWithin = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);

// The state of one boot is thrown away as a whole: it must not hold what lasts, nor lie in it.
const pathConflicts = ({ config, label }: Given): readonly string[] => {
  const { graph, state, sockets } = config;
  const repeated = sockets.filter((socket, at) => sockets.indexOf(socket) !== at);
  return [
    ...(isWithin(state, graph) || isWithin(graph, state)
      ? [problem(label('state'), state, `must not be, hold or lie in "graph", which is ${graph}`)]
      : []),
    ...repeated.map((socket) => problem(label('hosts'), `unix://${socket}`, 'must stand once')),
  ];
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
const isLoopback = (address: string): boolean => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const streamingConflicts = ({ config, settings, label }: Given): readonly string[] => {
  const { address, tls } = config.streaming;
  const problems: string[] = [];
  if (!isLoopback(address) && tls === undefined)
    problems.push(problem(label('streaming-address'), address, 'must be a loopback address without "streaming-tls"'));
  if (settings['streaming-port'] !== undefined && settings['websocket-server-listening-port'] !== undefined)
    problems.push(`${label('streaming-port')}: must not be given beside "websocket-server-listening-port"`);
  return problems;
};
