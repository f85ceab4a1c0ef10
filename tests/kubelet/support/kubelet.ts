import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/wait.ts';
import { request } from './http.ts';
import type { Release } from './options.ts';

/** Of node0, which isolated.sh makes. Told to a kubelet, which would ask the DNS for it otherwise, whenever it needs it. */
export const NODE_ADDRESS = '10.89.0.1';
export const KUBELET = 'https://127.0.0.1:10250';
export const READ_ONLY = 'http://127.0.0.1:10255';

/** Where a kubelet lives, and what it finds there again after a restart. */
export interface Home {
  readonly directory: string;
  readonly manifests: string;
  readonly cgroupRoot: string;
  /** The engine's. */
  readonly socket: string;
}

export interface Kubelet {
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  log(): string;
}

type Settings = Readonly<Record<string, unknown>>;

/** Without a server to ask, everybody may do everything; nothing is evicted for what else is on this machine. */
const configuration = ({ manifests, cgroupRoot }: Home): Settings => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: '127.0.0.1',
  readOnlyPort: 10255,
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  staticPodPath: manifests,
  fileCheckFrequency: '1s',
  cgroupDriver: 'cgroupfs',
  cgroupRoot,
  enforceNodeAllocatable: [],
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  maxPods: 250,
  oomScoreAdj: 0,
  imageGCHighThresholdPercent: 100,
  evictionHard: { 'memory.available': '1Mi', 'nodefs.available': '0.1%', 'imagefs.available': '0.1%' },
});

/** What only some releases know, or refuse to run without. */
const ofRelease = ({ minor }: Release): Settings => (minor >= 35 ? { failCgroupV1: false } : {});

const flagsOf = ({ minor }: Release, { directory, socket }: Home): readonly string[] => [
  `--config=${join(directory, 'kubelet.json')}`,
  `--root-dir=${join(directory, 'root')}`,
  `--cert-dir=${join(directory, 'pki')}`,
  '--hostname-override=node',
  `--node-ip=${NODE_ADDRESS}`,
  `--container-runtime-endpoint=unix://${socket}`,
  // Whom cAdvisor asks.
  `--containerd=${socket}`,
  ...(minor < 24 ? ['--container-runtime=remote'] : []),
];

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
};

/** On both of its ports, which it opens in any order. */
const answers = async (): Promise<boolean> => {
  try {
    const said = await Promise.all([KUBELET, READ_ONLY].map((url) => request(`${url}/healthz`)));
    return said.every(({ status }) => status === 200);
  } catch {
    // It does not listen yet.
    return false;
  }
};

/** Starts a kubelet and resolves when its API answers; `extra` keys go on top of its configuration. */
export const startKubelet = async (release: Release, home: Home, extra: Settings = {}): Promise<Kubelet> => {
  mkdirSync(home.manifests, { recursive: true });
  const settings = { ...configuration(home), ...ofRelease(release), ...extra };
  writeFileSync(join(home.directory, 'kubelet.json'), JSON.stringify(settings));
  const path = join(home.directory, 'kubelet.log');
  const output = openSync(path, 'a');
  const child = spawn(release.program, [...flagsOf(release, home)], { stdio: ['ignore', output, output] });
  closeSync(output);
  const log = (): string => readFileSync(path, 'utf8');
  await until(
    'the kubelet serves',
    () => {
      if (child.exitCode !== null) throw new Error(`the kubelet ended with ${child.exitCode}: ${log().slice(-3000)}`);
      return answers();
    },
    60,
  );
  return { pid: child.pid ?? 0, log, stop: () => end(child, 'SIGTERM'), kill: () => end(child, 'SIGKILL') };
};
