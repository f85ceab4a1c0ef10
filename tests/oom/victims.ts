import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bed, makeBed } from '../support/bed.ts';
import { type ClientV1, connectV1 } from '../support/clients.ts';
import { mustRun } from '../support/command.ts';
import { crunRuntime } from '../support/crun.ts';
import { type RunningDaemon, startDaemon } from '../support/daemon.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import type { Kind } from './kinds.ts';

/** Twice what runc itself takes in a container's cgroup while it makes one. */
const LIMIT = 40n * 1024n * 1024n;
const EXITED = 2;

/** A container that runs and waits for its end. */
export interface Victim {
  readonly containerId: string;
  readonly pid: number;
  readonly kind: Kind;
  readonly fifo: string;
}

/** A daemon with one pod, in which containers come to their ends. */
export interface Scene {
  make(kind: Kind): Promise<Victim>;
  /** Lets it end, and does not wait for it. */
  end(victim: Victim): Promise<void>;
  /** What the first status that shows the end says: reason and exit code. */
  verdict(victim: Victim): Promise<string>;
  /** SIGKILL; `meanwhile` runs while no daemon is there. */
  away(meanwhile: () => Promise<void>): Promise<void>;
  /** Its exit has been left for whoever comes. */
  hasExit(victim: Victim): boolean;
  close(): Promise<void>;
}

const linux = {
  resources: { memoryLimitInBytes: LIMIT, memorySwapLimitInBytes: LIMIT },
  securityContext: { namespaceOptions: { network: NODE, ipc: POD, pid: CONTAINER } },
};

const pidOf = async ({ runtime }: ClientV1, containerId: string): Promise<number> => {
  const { info } = await runtime.containerStatus({ containerId, verbose: true });
  return (JSON.parse(info['info'] ?? '{}') as { pid?: number }).pid ?? 0;
};

/** Waits for the container to open its end of the pipe, as a shell's redirection does. */
const sendGo = async (fifo: string): Promise<void> => {
  const file = await open(fifo, 'w');
  await file.write('go\n');
  await file.close();
};

interface SceneOptions {
  readonly runtime: string;
  readonly name: string;
  readonly octet: number;
}

const config = (bed: Bed) => ({ 'network-plugin': '', runtimes: crunRuntime(bed) });

export const openScene = async ({ runtime: handler, name, octet }: SceneOptions): Promise<Scene> => {
  const bed = makeBed(name, octet);
  let daemon: RunningDaemon = await startDaemon(bed, config(bed));
  const client = connectV1(bed.socket);
  const { runtime } = client;
  const sandboxConfig = podConfig(bed, { linux: { securityContext: linux.securityContext } });
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig, runtimeHandler: handler });
  let names = 0;

  const make = async (kind: Kind): Promise<Victim> => {
    const own = `${kind.name}-${names++}`;
    const fifo = join(bed.directory, own);
    mustRun('mkfifo', fifo);
    const parts = {
      command: ['sh', '-c', kind.script],
      mounts: [{ containerPath: '/go', hostPath: fifo }],
      logPath: '',
      linux,
    };
    const request = { podSandboxId, config: containerConfig(own, parts), sandboxConfig };
    const { containerId } = await runtime.createContainer(request);
    await runtime.startContainer({ containerId });
    return { containerId, kind, fifo, pid: await pidOf(client, containerId) };
  };

  const verdict = async ({ containerId, fifo }: Victim): Promise<string> => {
    const ended = await until(
      `${containerId} has ended`,
      async () => {
        const { status } = await runtime.containerStatus({ containerId });
        return status?.state === EXITED ? status : undefined;
      },
      120,
    );
    await runtime.removeContainer({ containerId });
    mustRun('rm', fifo);
    return `${ended.reason} ${ended.exitCode}`;
  };

  return {
    make,
    verdict,
    end: async ({ kind, pid, fifo }) => (kind.killed ? void process.kill(pid, 'SIGKILL') : sendGo(fifo)),
    hasExit: ({ containerId }) => existsSync(join(bed.state, 'exits', containerId)),
    away: async (meanwhile) => {
      await daemon.kill();
      await meanwhile();
      daemon = await startDaemon(bed, config(bed));
    },
    close: async () => {
      await runtime.removePodSandbox({ podSandboxId });
      client.close();
      await daemon.stop();
      bed.dispose();
    },
  };
};
