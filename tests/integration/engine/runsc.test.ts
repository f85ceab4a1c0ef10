import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { differences } from '../../support/inventory.ts';
import { containerConfig, POD, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: RunningDaemon;
let cri: ClientV1;

const runtimes = { runsc: { path: '/usr/bin/runsc', 'runtime-args': ['--network=host', '--platform=ptrace'] } };

beforeAll(async () => {
  bed = makeBed('runsc', 95);
  daemon = await startDaemon(bed, { runtimes });
  cri = connectV1(bed.socket);
});

afterAll(async () => {
  cri.close();
  await daemon.stop();
  bed.dispose();
});

it('containers with a kernel of their own are in the network of their pod, and all verbs are theirs', async () => {
  const sandboxConfig = podConfig(bed);
  const { podSandboxId } = await cri.runtime.runPodSandbox({ config: sandboxConfig, runtimeHandler: 'runsc' });
  const run = async (name: string, script: string): Promise<string> => {
    const config = containerConfig(name, { command: ['sh', '-c', script] });
    const { containerId } = await cri.runtime.createContainer({ podSandboxId, config, sandboxConfig });
    await cri.runtime.startContainer({ containerId });
    return containerId;
  };
  const log = (name: string): string => readFileSync(`${sandboxConfig.logDirectory}/${name}.log`, 'utf8');
  const stateOf = async (containerId: string) => (await cri.runtime.containerStatus({ containerId })).status;

  const long = await run('long', 'trap "exit 3" TERM; dmesg; while true; do sleep 0.1; done');
  const short = await run('short', 'ip address show dev eth0; exit 5');
  await until('the short one has ended', async () => (await stateOf(short))?.state === 2);
  expect(await stateOf(short)).toMatchObject({ exitCode: 5, reason: 'Error' });
  const { status: pod } = await cri.runtime.podSandboxStatus({ podSandboxId });
  expect(log('short')).toContain(`inet ${pod?.network?.ip ?? '?'}/24`);
  await until('its own kernel has begun', () => log('long').includes('Starting gVisor'));

  const { stdout, exitCode } = await cri.runtime.execSync({ containerId: long, cmd: ['uname', '-r'], timeout: 30n });
  expect({ release: Buffer.from(stdout).toString(), exitCode }).toEqual({ release: '4.4.0\n', exitCode: 0 });
  const { stats } = await cri.runtime.containerStats({ containerId: long });
  expect(Number(stats?.memory?.workingSetBytes?.value ?? 0n)).toBeGreaterThan(0);
  await cri.runtime.stopContainer({ containerId: long, timeout: 30n });
  expect(await stateOf(long)).toMatchObject({ state: 2, exitCode: 3 });
  await cri.runtime.removePodSandbox({ podSandboxId });
  await until('nothing is left', async () => {
    const { items } = await cri.runtime.listPodSandbox({});
    return differences(bed, { pods: items, containers: [] }).length === 0;
  });
});

it('a pod that shares its PID namespace is ready, and takes containers', async () => {
  const linux = { securityContext: { namespaceOptions: { network: POD, ipc: POD, pid: POD } } };
  const sandboxConfig = podConfig(bed, { linux });
  const { podSandboxId } = await cri.runtime.runPodSandbox({ config: sandboxConfig, runtimeHandler: 'runsc' });
  const config = containerConfig('main', { linux });
  const { containerId } = await cri.runtime.createContainer({ podSandboxId, config, sandboxConfig });
  await cri.runtime.startContainer({ containerId });
  await daemon.stop();
  cri.close();
  daemon = await startDaemon(bed, { runtimes });
  cri = connectV1(bed.socket);
  const { status } = await cri.runtime.podSandboxStatus({ podSandboxId });
  expect(status?.state).toBe(0);
  await cri.runtime.removePodSandbox({ podSandboxId });
});
