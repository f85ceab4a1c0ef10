import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { type ClientV1, connectV1 } from '../../support/clients.ts';
import { command, mustRun } from '../../support/command.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { CONTAINER, containerConfig, NODE, POD, podConfig } from '../../support/requests.ts';

/** runc but for `checkpoint`, which writes what runc and criu would where criu does not work; files beside it make it slow, or fail. */
const RUNTIME = `#!/bin/sh
case " $* " in *" checkpoint "*) ;; *) exec runc "$@" ;; esac
echo "$*" >"$0.called"
while [ $# -gt 1 ]; do
  case $1 in --image-path) image=$2 ;; --work-path) work=$2 ;; esac
  shift
done
[ ! -e "$0.slow" ] || sleep 100
[ ! -e "$0.fails" ] || { echo 'time="now" level=error msg="criu failed: type NOTIFY errno 0"' >&2; exit 1; }
echo pages >"$image/pages-1.img"
echo log >"$work/dump.log"
`;

let bed: Bed;
let daemon: RunningDaemon;
let client: ClientV1;
let containerId = '';
let pods: string[] = [];

const file = (name: string): string => join(bed.directory, name);
const container = async (handler: string): Promise<string> => {
  const { runtime } = client;
  const sandboxConfig = podConfig(bed, {
    linux: { securityContext: { namespaceOptions: { network: NODE, ipc: POD, pid: CONTAINER } } },
  });
  const { podSandboxId } = await runtime.runPodSandbox({ config: sandboxConfig, runtimeHandler: handler });
  pods = [...pods, podSandboxId];
  const script = 'echo new >/etc/new; rm /bin/ls; while true; do sleep 0.1; done';
  const config = containerConfig('main', { command: ['sh', '-c', script] });
  const made = await runtime.createContainer({ podSandboxId, config, sandboxConfig });
  await runtime.startContainer({ containerId: made.containerId });
  await runtime.execSync({
    containerId: made.containerId,
    cmd: ['sh', '-c', 'while [ -e /bin/ls ]; do :; done'],
    timeout: 20n,
  });
  return made.containerId;
};

const checkpoint = (location: string, parts: { id?: string; timeout?: bigint } = {}) =>
  client.runtime.checkpointContainer({ containerId: parts.id ?? containerId, location, timeout: parts.timeout ?? 0n });

const stillRuns = async (): Promise<void> => {
  const { stdout } = await client.runtime.execSync({ containerId, cmd: ['echo', 'here'], timeout: 10n });
  expect(Buffer.from(stdout).toString()).toBe('here\n');
  expect(readdirSync(join(bed.graph, 'checkpoints'))).toEqual([]);
};

describe('a container', () => {
  beforeAll(async () => {
    bed = makeBed('check', 66);
    mkdirSync(file('bin'));
    writeFileSync(
      file('bin/criu'),
      '#!/bin/sh\n[ ! -e "$0.broken" ] || { echo "Error (x.c:1): too new" >&2; exit 1; }\n',
      {
        mode: 0o755,
      },
    );
    writeFileSync(file('runtime'), RUNTIME, { mode: 0o755 });
    const path = `${file('bin')}:${process.env['PATH'] ?? ''}`;
    daemon = await startDaemon(bed, { runtimes: { stands: { path: file('runtime') } } }, { PATH: path });
    client = connectV1(bed.socket);
    containerId = await container('stands');
  });
  afterAll(async () => {
    for (const podSandboxId of pods) await client.runtime.removePodSandbox({ podSandboxId });
    client.close();
    await daemon.stop();
    bed.dispose();
  });

  it('is written into an archive as other engines write it, and goes on running', async () => {
    const location = file('checkpoint.tar');
    await checkpoint(location);
    const names = mustRun('tar', '-tf', location).split('\n');
    const expected = [
      'checkpoint/pages-1.img',
      'config.dump',
      'deleted.files',
      'dump.log',
      'rootfs-diff.tar',
      'spec.dump',
    ];
    expect(names.filter((name) => !name.endsWith('/')).toSorted()).toEqual([...expected, 'status']);
    const read = (name: string): unknown => JSON.parse(mustRun('tar', '-xOf', location, name));
    expect(read('config.dump')).toMatchObject({ id: containerId, runtime: 'stands', rootfsImage: expect.any(String) });
    expect(read('spec.dump')).toMatchObject({ annotations: { 'io.kubernetes.cri.container-name': 'main' } });
    expect(read('deleted.files')).toEqual(['/bin/ls']);
    mustRun('tar', '-xf', location, '-C', bed.directory, 'rootfs-diff.tar');
    const changed = mustRun('tar', '-tf', file('rootfs-diff.tar')).split('\n');
    expect(changed).toContain('./etc/new');
    expect(changed).not.toContain('./bin/ls');
    expect(statSync(location).mode & 0o777).toBe(0o600);
    expect(mustRun('cat', file('runtime.called'))).toContain('--leave-running');
    await stillRuns();
  });

  it('goes on running when its checkpoint takes too long, and nothing of it is left', async () => {
    writeFileSync(file('runtime.slow'), '');
    await expect(checkpoint(file('late.tar'), { timeout: 1n })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    rmSync(file('runtime.slow'));
    expect(existsSync(file('late.tar'))).toBe(false);
    await stillRuns();
  });

  it('goes on running when the runtime fails, whose words the client is told', async () => {
    writeFileSync(file('runtime.fails'), '');
    await expect(checkpoint(file('failed.tar'))).rejects.toMatchObject({
      code: status.INTERNAL,
      details: expect.stringContaining('criu failed: type NOTIFY errno 0'),
    });
    rmSync(file('runtime.fails'));
    expect(existsSync(file('failed.tar'))).toBe(false);
    await stillRuns();
  });

  it('is FAILED_PRECONDITION where criu does not work, with its reason', async () => {
    writeFileSync(file('bin/criu.broken'), '');
    await expect(checkpoint(file('never.tar'))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('this host cannot checkpoint containers: Error (x.c:1): too new'),
    });
    rmSync(file('bin/criu.broken'));
  });

  it.each([
    ['relative.tar', {}, status.INVALID_ARGUMENT, 'location: must be an absolute path'],
    ['', {}, status.INVALID_ARGUMENT, 'location: must be an absolute path'],
    ['/nowhere/x.tar', {}, status.INVALID_ARGUMENT, 'location: /nowhere: ENOENT'],
    ['/tmp', {}, status.INVALID_ARGUMENT, 'location: /tmp is a directory'],
    ['/tmp/x.tar', { timeout: -1n }, status.INVALID_ARGUMENT, 'timeout: must be from 0'],
    ['/tmp/x.tar', { id: 'f'.repeat(64) }, status.NOT_FOUND, 'does not exist'],
  ])('to %j with %o is refused', async (location, parts, code, words) => {
    await expect(checkpoint(location, parts)).rejects.toMatchObject({ code, details: expect.stringContaining(words) });
  });
});

describe('with the criu of this host', () => {
  beforeAll(async () => {
    bed = makeBed('criu', 67);
    daemon = await startDaemon(bed);
    client = connectV1(bed.socket);
    pods = [];
    containerId = await container('');
  });
  afterAll(async () => {
    for (const podSandboxId of pods) await client.runtime.removePodSandbox({ podSandboxId });
    client.close();
    await daemon.stop();
    bed.dispose();
  });

  it('a container is checkpointed, or the client is told why this host cannot', async () => {
    const location = file('real.tar');
    const works = command('sh', ['-c', 'criu check']).status === 0;
    if (!works) {
      const refused = { code: status.FAILED_PRECONDITION, details: expect.stringContaining('this host cannot') };
      return expect(checkpoint(location)).rejects.toMatchObject(refused);
    }
    await checkpoint(location);
    expect(mustRun('tar', '-tf', location)).toContain('checkpoint/inventory.img');
    return stillRuns();
  });
});
