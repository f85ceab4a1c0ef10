import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from '../../support/command.ts';
import { repository } from '../../support/paths.ts';
import { leftIn, type Pod, pauseOf, pidOf, removePod, runContainer, runPod } from '../support/pods.ts';
import { openWorld, type World } from '../support/world.ts';

const NEWER = '9.0.0';
const READY = 0;
let world: World;

/** The package of this build, and the same as if it were a later release. */
const buildPackages = (directory: string): { readonly current: string; readonly newer: string } => {
  mustRun(join(repository, 'scripts/package.sh'), directory);
  const current = join(directory, readdirSync(directory).find((name) => name.endsWith('.deb')) ?? '');
  const tree = join(directory, 'tree');
  mustRun('dpkg-deb', '--raw-extract', current, tree);
  for (const [file, pattern] of [
    ['DEBIAN/control', /^(Version: ).*$/m],
    ['usr/lib/janus/dist/build.json', /("version": ")[^"]*/],
  ] as const) {
    const path = join(tree, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, `$1${NEWER}`));
  }
  const newer = join(directory, 'newer.deb');
  mustRun('dpkg-deb', '--root-owner-group', '--build', tree, newer);
  return { current, newer };
};

/** The machine's administrator keeps the settings. */
const install = async (file: string): Promise<void> => {
  await world.guest.sh(`DEBIAN_FRONTEND=noninteractive dpkg --force-confold -i ${file}`);
  await world.serving();
};

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'janus-vm-deb-'));
  try {
    const { current, newer } = buildPackages(directory);
    world = await openWorld();
    await world.configure('systemd');
    // What the machine was made with goes away.
    await world.guest.sh('systemctl -q disable --now janusd; rm -f /usr/bin/janusd; systemctl daemon-reload');
    await world.guest.put(current, '/tmp/current.deb');
    await world.guest.put(newer, '/tmp/newer.deb');
    await install('/tmp/current.deb');
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 1_200_000);
afterAll(async () => {
  await world.guest.sh(
    'dpkg --purge janus; rm -f /tmp/*.deb; mkdir -p /etc/janus; ln -sf /opt/janus/bin/janusd /usr/bin/janusd',
  );
  await world.adopt();
  await world.configure('systemd');
  await world.close();
});

interface Running {
  readonly pod: Pod;
  readonly container: string;
  /** Of the container's main process and of the pod's pause process. */
  readonly pids: readonly number[];
}

describe('pods and containers', () => {
  const all: Running[] = [];
  const pidsOf = async (pod: Pod, container: string): Promise<readonly number[]> => [
    await pidOf(world, container),
    await pauseOf(world, pod),
  ];

  /** The same processes, for the kernel and for clients. */
  const goOn = async (): Promise<void> => {
    const { runtime } = world.client;
    for (const { pod, container, pids } of all) {
      expect((await runtime.podSandboxStatus({ podSandboxId: pod.id })).status?.state).toBe(READY);
      expect(await pidsOf(pod, container)).toEqual(pids);
      const { stdout } = await runtime.execSync({ containerId: container, cmd: ['echo', 'here'], timeout: 60n });
      expect(Buffer.from(stdout).toString()).toBe('here\n');
    }
  };

  beforeAll(async () => {
    for (const runtime of ['runc', 'crun']) {
      const pod = await runPod(world, { driver: 'systemd', runtime });
      const container = await runContainer(world, pod, { command: ['sleep', '1000000'] });
      all.push({ pod, container, pids: await pidsOf(pod, container) });
    }
  });

  test('are the package’s', async () => {
    const executable = await world.guest.sh('systemctl cat janusd | head -n 1; readlink -f /usr/bin/janusd');
    expect(executable).toBe('# /lib/systemd/system/janusd.service\n/usr/lib/janus/bin/janusd');
  });

  test('go on when the unit is restarted, and when systemd reads its units again', async () => {
    await world.guest.sh('systemctl restart janusd; systemctl daemon-reload');
    await world.serving();
    await goOn();
  });

  test('go on when the package is upgraded', async () => {
    await install('/tmp/newer.deb');
    expect((await world.client.runtime.version({})).runtimeVersion).toContain(NEWER);
    await goOn();
  });

  test('go on when the package is removed, and are there again when it is installed', async () => {
    await world.guest.sh('dpkg --remove janus');
    expect((await world.guest.run('systemctl is-active janusd')).status).not.toBe(0);
    for (const pid of all.flatMap(({ pids }) => pids)) await world.guest.sh(`test -e /proc/${pid}`);
    await install('/tmp/current.deb');
    await goOn();
  });

  test('are removed, and leave nothing', async () => {
    for (const { pod } of all) await removePod(world, pod);
    await expect.poll(() => leftIn(world)).toBe('');
  });
});
