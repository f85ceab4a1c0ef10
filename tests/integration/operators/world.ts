import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { containerConfig, podConfig } from '../../support/requests.ts';

/** A daemon that serves metrics, with one pod in it. */
export interface World {
  readonly bed: Bed;
  readonly daemon: RunningDaemon;
  readonly client: ClientV1;
  readonly podSandboxId: string;
  readonly containerId: string;
  /** Of the page for Prometheus. */
  readonly metricsUrl: string;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly name: string;
  readonly octet: number;
  /** More of daemon.json. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Environment of the container. */
  readonly envs?: readonly { readonly key: string; readonly value: Buffer }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export const openWorld = async ({
  name,
  octet,
  config = {},
  env = {},
  envs = [],
  annotations = {},
}: WorldOptions): Promise<World> => {
  const bed = makeBed(name, octet);
  const daemon = await startDaemon(
    bed,
    { 'metrics-address': '127.0.0.1:0', 'enable-pod-events': true, ...config },
    env,
  );
  const client = connectV1(bed.socket);
  const pod = podConfig(bed, { metadata: { name: 'web', uid: 'web-1', namespace: 'shop', attempt: 0 }, annotations });
  const { podSandboxId } = await client.runtime.runPodSandbox({ config: pod });
  const { containerId } = await client.runtime.createContainer({
    podSandboxId,
    config: { ...containerConfig('main'), envs: [...envs], annotations },
    sandboxConfig: pod,
  });
  await client.runtime.startContainer({ containerId });
  return {
    ...{ bed, daemon, client, podSandboxId, containerId },
    metricsUrl: /http:\/\/127[^\s"]*\/metrics/.exec(daemon.log())?.[0] ?? '',
    close: async () => {
      await client.runtime.removePodSandbox({ podSandboxId });
      client.close();
      await daemon.stop();
      bed.dispose();
    },
  };
};
