import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { releaseOf } from '../../kubelet/support/options.ts';
import { isReady, type Manifest, type Pod } from '../../kubelet/support/pods.ts';
import { until } from '../../support/wait.ts';
import type { World } from './world.ts';

/** A kubelet in the machine, with the driver systemd and without a server. */
export interface Kubelet {
  /** Makes it a static pod. */
  put(manifest: Manifest): Promise<void>;
  /** The pod of that manifest, once `condition` holds for it. */
  pod(name: string, condition?: (pod: Pod) => boolean): Promise<Pod>;
  /** An answer of its read-only port. */
  get<T>(path: string): Promise<T>;
  serving(): Promise<unknown>;
  /** Takes all pods away, waits for their end, and ends it. */
  close(): Promise<void>;
}

const MANIFESTS = '/etc/kubernetes/manifests';
const READ_ONLY_PORT = 10255;
const PATIENCE = 600;

const CONFIGURATION = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  readOnlyPort: READ_ONLY_PORT,
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  staticPodPath: MANIFESTS,
  fileCheckFrequency: '1s',
  cgroupDriver: 'systemd',
  makeIPTablesUtilChains: false,
  resolvConf: '',
  imageGCHighThresholdPercent: 100,
  evictionHard: { 'memory.available': '1Mi', 'nodefs.available': '0.1%', 'imagefs.available': '0.1%' },
};

/** As a node's package has it. The address is that of the machine. */
const UNIT = `[Unit]
After=janusd.service
[Service]
ExecStartPre=ip route replace default dev eth0
ExecStart=/usr/local/bin/kubelet --config=/etc/kubernetes/kubelet.json --hostname-override=node --node-ip=10.0.2.15 \\
  --container-runtime-endpoint=unix:///run/janus/janus.sock --containerd=/run/janus/janus.sock
Restart=always
KillMode=process
`;

const install = async ({ guest }: World): Promise<void> => {
  await guest.sh(`mkdir -p ${MANIFESTS}`);
  await guest.put(releaseOf('1.29').program, '/usr/local/bin/kubelet');
  await guest.write('/etc/kubernetes/kubelet.json', JSON.stringify(CONFIGURATION));
  await guest.write('/etc/systemd/system/kubelet.service', UNIT);
  await guest.sh('systemctl daemon-reload; systemctl restart kubelet');
};

const ask = (socketPath: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, agent: false }, (response) => {
      text(response).then((body) => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))), reject);
    });
    sent.on('error', reject).end();
  });

/** A pod whose status is not there yet does not meet any condition. */
const meets = (pod: Pod, condition: (pod: Pod) => boolean): boolean => {
  try {
    return condition(pod);
  } catch {
    return false;
  }
};

export const openKubelet = async (world: World): Promise<Kubelet> => {
  const { guest } = world;
  await install(world);
  const socket = await guest.forward(String(READ_ONLY_PORT));
  const get: Kubelet['get'] = async <T>(path: string) => JSON.parse(await ask(socket, path)) as T;
  const find = async (name: string): Promise<Pod | undefined> => {
    const { items } = await get<{ items: readonly Pod[] | null }>('/pods');
    return items?.find(({ metadata }) => metadata.name === `${name}-node`);
  };
  const serving = (): Promise<unknown> =>
    until('the kubelet serves', () => ask(socket, '/healthz').catch(() => undefined), PATIENCE);
  const none = async (): Promise<boolean> => {
    const { items } = await world.client.runtime.listPodSandbox({ filter: { state: { state: 0 } } });
    return items.length === 0;
  };
  await serving();
  return {
    get,
    serving,
    put: async (manifest) => {
      const { name } = manifest.metadata;
      // It reads whole files only.
      await guest.write(`/etc/kubernetes/${name}`, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...manifest }));
      await guest.sh(`mv /etc/kubernetes/${name} ${MANIFESTS}/${name}.json`);
    },
    pod: (name, condition = isReady) => {
      let seen: Pod | undefined;
      const met = async (): Promise<Pod | undefined> => {
        seen = await find(name).catch(() => undefined);
        return seen !== undefined && meets(seen, condition) ? seen : undefined;
      };
      return until(`the pod ${name}`, met, PATIENCE).catch((error: unknown) => {
        throw new Error(`${String(error)}; last seen: ${JSON.stringify(seen?.status)}`);
      });
    },
    close: async () => {
      await guest.sh(`rm -f ${MANIFESTS}/*`);
      await until('all pods are stopped', none, PATIENCE);
      await guest.sh('systemctl stop kubelet');
    },
  };
};
