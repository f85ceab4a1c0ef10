import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type BothClients, connectBoth } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { differences } from '../../support/inventory.ts';
import { containerConfig, podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';

let bed: Bed;
let daemon: RunningDaemon;
let clients: BothClients;
let hangs: string;
let extra: Readonly<Record<string, unknown>>;

/** A time that tells the processes of this test from all others. */
const FOR_EVER = '86399.7';

beforeAll(async () => {
  bed = makeBed('hung', 67);
  hangs = join(bed.directory, 'hangs');
  const path = join(bed.directory, 'runtime');
  const script = `#!/bin/sh\nif [ -e ${hangs} ]; then case " $* " in *" create "*) sleep ${FOR_EVER} & sleep ${FOR_EVER} ;; esac; fi\nexec runc "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  extra = { runtimes: { slow: { path } } };
  daemon = await startDaemon(bed, extra);
  clients = connectBoth(bed.socket);
});

afterAll(async () => {
  for (const client of clients) client.close();
  await daemon.stop();
  bed.dispose();
});

const sleepers = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`sleep\0${FOR_EVER}`);
    } catch {
      return false;
    }
  });

it.each([0, 1] as const)(
  'a runtime that hangs holds up nobody else, and ends with its processes (client %i)',
  async (version) => {
    const { runtime } = clients[version];
    const sandboxConfig = podConfig(bed);
    const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig, runtimeHandler: 'slow' });
    writeFileSync(hangs, '');
    const request = { podSandboxId, config: containerConfig('main'), sandboxConfig };
    await expect(runtime.createContainer(request, { deadline: Date.now() + 1000 })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    await until('the runtime hangs', () => sleepers().length > 0);

    const other = await runtime.runPodSandbox({ config: podConfig(bed) });
    expect((await runtime.listPodSandbox({})).items).toHaveLength(2);
    await runtime.removePodSandbox({ podSandboxId: other.podSandboxId });
    await expect(
      runtime.createContainer({ ...request, config: { ...request.config, tty: true } }),
    ).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      details: expect.stringMatching(/is being made as [0-9a-f]{64} since \d+\.\d s/) as string,
    });

    await daemon.kill();
    rmSync(hangs);
    daemon = await startDaemon(bed, extra);
    await until('nothing of it runs', () => sleepers().length === 0);
    const { containerId } = await runtime.createContainer(request);
    await runtime.startContainer({ containerId });
    const listing = {
      pods: (await runtime.listPodSandbox({})).items,
      containers: (await runtime.listContainers({})).containers,
    };
    await until('the host has what clients are told of', () => differences(bed, listing).length === 0);
    await runtime.removePodSandbox({ podSandboxId });
  },
);
