import { readdirSync, readFileSync } from 'node:fs';
import type { ContainerConfig, DeepPartial } from '../../../src/adapters/v1alpha2/generated/api.ts';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { readHost } from '../../support/host.ts';
import { containerConfig, podConfig } from '../../support/requests.ts';
import { complete, type Flags, openStreams, type Session } from '../../support/sessions.ts';

/** A daemon with one pod, for sessions. */
export interface Pod {
  readonly bed: Bed;
  /** The one that runs now. */
  daemon(): RunningDaemon;
  /** Ends the daemon as `systemctl restart` does. */
  restart(): Promise<void>;
  /** SIGKILL, and a new daemon later. */
  kill(): Promise<void>;
  start(): Promise<void>;
  readonly cri: ClientV1;
  readonly podSandboxId: string;
  /** Where its containers' logs are. */
  readonly logs: string;
  /** Starts a container that runs a script; its id. */
  run(name: string, script: string, parts?: DeepPartial<ContainerConfig>): Promise<string>;
  /** Takes all of it away, and says what of it is left on the host. */
  close(): Promise<readonly string[]>;
}

export const startPod = async (
  name: string,
  octet: number,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Pod> => {
  const bed = makeBed(name, octet);
  let daemon = await startDaemon(bed, settings);
  const cri = connectV1(bed.socket);
  const sandboxConfig = podConfig(bed);
  const { podSandboxId } = await cri.runtime.runPodSandbox({ config: sandboxConfig });
  const run: Pod['run'] = async (container, script, parts = {}) => {
    const config = containerConfig(container, { command: ['sh', '-c', script], ...parts });
    const { containerId } = await cri.runtime.createContainer({ podSandboxId, config, sandboxConfig });
    await cri.runtime.startContainer({ containerId });
    return containerId;
  };
  const start = async (): Promise<void> => {
    daemon = await startDaemon(bed, settings);
  };
  const restart = async (): Promise<void> => {
    await daemon.stop();
    await start();
  };
  const close = async () => {
    await cri.runtime.removePodSandbox({ podSandboxId });
    cri.close();
    await daemon.stop();
    const { mounts, cgroups, processes } = readHost();
    bed.dispose();
    return [...mounts, ...cgroups, ...processes].filter(
      (entry) => entry.includes(`${bed.directory}/state/`) || entry.includes(`${bed.cgroupParent}/`),
    );
  };
  return {
    bed,
    daemon: () => daemon,
    restart,
    kill: () => daemon.kill(),
    start,
    cri,
    podSandboxId,
    logs: sandboxConfig.logDirectory,
    run,
    close,
  };
};

/** A script is run by the container's shell. */
export const exec = async (
  { cri }: Pod,
  containerId: string,
  command: string | readonly string[],
  flags: Flags = {},
): Promise<Session> => {
  const streams = complete(flags);
  const cmd = typeof command === 'string' ? ['sh', '-c', command] : [...command];
  const { url } = await cri.runtime.exec({ containerId, cmd, ...streams });
  return openStreams(url, streams);
};

export const attach = async ({ cri }: Pod, containerId: string, flags: Flags = {}): Promise<Session> => {
  const streams = complete(flags);
  const { url } = await cri.runtime.attach({ containerId, ...streams });
  return openStreams(url, streams);
};

/** How many descriptors a process has open. */
export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Resident bytes of a process. */
export const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** Children of a process, corpses too. */
export const childrenOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);

const commandLine = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // It has just ended.
    return '';
  }
};

/** Processes of this host with that command line. */
export const running = (command: string): readonly string[] =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && commandLine(name) === command);
