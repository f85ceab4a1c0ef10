import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PodSandboxState } from '../../../src/adapters/v1alpha2/generated/api.ts';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1alpha2, connectV1alpha2 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { readHost } from '../../support/host.ts';
import { repository } from '../../support/paths.ts';
import { until } from '../../support/wait.ts';
import { makeCgroupRoot } from './cgroups.ts';
import { getJson } from './http.ts';
import { type Home, type Kubelet, READ_ONLY, startKubelet } from './kubelet.ts';
import { type Api, asked, type Release } from './options.ts';
import { isReady, type Manifest, type Pod } from './pods.ts';

type Settings = Readonly<Record<string, unknown>>;

export interface NodeOptions {
  /** As makeBed takes them. */
  readonly name: string;
  readonly octet: number;
  /** Another engine than Janus, which has the bed's socket. */
  readonly engine?: (bed: Bed) => Promise<RunningDaemon>;
  /** On top of the kubelet's configuration. */
  readonly kubelet?: Settings;
  /** On top of the daemon's. */
  readonly daemon?: Settings;
}

/** A machine with Janus and a kubelet. Each of the two can go and come back, in another version too. */
export interface Node {
  readonly bed: Bed;
  daemon(): RunningDaemon;
  kubelet(): Kubelet;
  startDaemon(api: Api, extra?: Settings): Promise<void>;
  startKubelet(release: Release, extra?: Settings): Promise<void>;
  /** Makes it a static pod, or changes it. */
  put(manifest: Manifest): void;
  take(name: string): void;
  pods(): Promise<readonly Pod[]>;
  /** The pod of that manifest, once `condition` holds for it. */
  pod(name: string, condition?: (pod: Pod) => boolean, seconds?: number): Promise<Pod>;
  /** Fails when Janus left something on the host. */
  close(): Promise<void>;
}

/** The kubelet adds the node's name to that of a static pod. */
export const fullName = (name: string): string => `${name}-node`;

export const listPods = async (): Promise<readonly Pod[]> =>
  (await getJson<{ items: readonly Pod[] | null }>(`${READ_ONLY}/pods`)).items ?? [];

/** A pod whose status is not there yet does not meet any condition. */
const meets = (pod: Pod, condition: (pod: Pod) => boolean): boolean => {
  try {
    return condition(pod);
  } catch {
    return false;
  }
};

const findPod: Node['pod'] = async (name, condition = isReady, seconds = 90) => {
  let seen: Pod | undefined;
  try {
    return await until(
      `the pod ${name}`,
      async () => {
        seen = (await listPods()).find(({ metadata }) => metadata.name === fullName(name));
        return seen !== undefined && meets(seen, condition) ? seen : undefined;
      },
      seconds,
    );
  } catch (error) {
    throw new Error(`${String(error)}; last seen: ${JSON.stringify(seen?.status, undefined, 1)}`);
  }
};

const homeOf = (bed: Bed): Home => ({
  directory: join(bed.directory, 'kubelet'),
  manifests: join(bed.directory, 'kubelet', 'manifests'),
  cgroupRoot: bed.cgroupParent,
  socket: bed.socket,
});

/** A kubelet reads whole files only: they are renamed into its directory. */
const putManifest = ({ directory, manifests }: Home, manifest: Manifest): void => {
  const { name } = manifest.metadata;
  const whole = join(directory, `${name}.json`);
  writeFileSync(whole, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...manifest }));
  renameSync(whole, join(manifests, `${name}.json`));
};

/** The kubelet stops its pods. It would remove them too, but only looks once a minute. */
const takeAll = async ({ manifests }: Home, { runtime }: ClientV1alpha2): Promise<void> => {
  for (const file of readdirSync(manifests)) rmSync(join(manifests, file));
  const filter = { state: { state: PodSandboxState.SANDBOX_READY } };
  await until('all pods are stopped', async () => (await runtime.listPodSandbox({ filter })).items.length === 0, 120);
};

const removeAll = async ({ runtime }: ClientV1alpha2): Promise<void> => {
  const { items } = await runtime.listPodSandbox({});
  await Promise.all(items.map(({ id }) => runtime.removePodSandbox({ podSandboxId: id })));
};

/** The QoS cgroups are the kubelet's; those of pods and containers have an id. */
const leftOf = ({ directory, cgroupParent }: Bed): readonly string[] => {
  const { mounts, cgroups, processes } = readHost();
  const ids = cgroups.filter((path) => path.includes(`${cgroupParent}/`) && /[0-9a-f]{64}/.test(path));
  return [...ids, ...[...mounts, ...processes].filter((entry) => entry.includes(`${directory}/state/`))];
};

/** Both logs stay for whoever looks into a failure. */
const keepLogs = (bed: Bed, daemon?: RunningDaemon, kubelet?: Kubelet): void => {
  const directory = join(repository, '.cache', 'reports');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${bed.bridge}-janusd.log`), daemon?.log() ?? '');
  writeFileSync(join(directory, `${bed.bridge}-kubelet.log`), kubelet?.log() ?? '');
};

/** With nothing running on it yet. */
export const makeNode = (options: NodeOptions): Node => {
  const bed = makeBed(options.name, options.octet);
  const home = homeOf(bed);
  mkdirSync(home.manifests, { recursive: true });
  makeCgroupRoot(bed.cgroupParent);
  let daemon: RunningDaemon | undefined;
  let kubelet: Kubelet | undefined;
  const current = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('not started');
    return part;
  };
  return {
    bed,
    daemon: () => current(daemon),
    kubelet: () => current(kubelet),
    startDaemon: async (api, extra = {}) => {
      const settings = { 'enable-cri-v1': api === 'v1', ...options.daemon, ...extra };
      daemon = await (options.engine?.(bed) ?? startDaemon(bed, settings));
    },
    startKubelet: async (release, extra = {}) => {
      kubelet = await startKubelet(release, home, { ...options.kubelet, ...extra });
    },
    put: (manifest) => putManifest(home, manifest),
    take: (name) => rmSync(join(home.manifests, `${name}.json`)),
    pods: listPods,
    pod: findPod,
    close: async () => {
      const cri = connectV1alpha2(bed.socket);
      let left: readonly string[] = [];
      try {
        if (kubelet !== undefined) await takeAll(home, cri);
        await kubelet?.stop();
        await removeAll(cri);
        await daemon?.stop();
        left = options.engine === undefined ? leftOf(bed) : [];
      } finally {
        cri.close();
        keepLogs(bed, daemon, kubelet);
        await kubelet?.kill();
        await daemon?.kill();
        bed.dispose();
      }
      if (left.length > 0) throw new Error(`left behind: ${left.join('\n')}`);
    },
  };
};

/** With the daemon and the kubelet that the run is about. */
export const openNode = async (options: NodeOptions): Promise<Node> => {
  const node = makeNode(options);
  const { release, api } = asked();
  await node.startDaemon(api);
  await node.startKubelet(release);
  return node;
};
