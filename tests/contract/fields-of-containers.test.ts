import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Signal, SupplementalGroupsPolicy } from '../../src/adapters/v1/generated/api.ts';
import { SecurityProfile_ProfileType as Profile } from '../../src/adapters/v1alpha2/generated/api.ts';
import { until } from '../support/wait.ts';
import { buildConfigured, CONFIGURED } from './support/image.ts';
import { createInsides, type Inside, type Insides, type Parts, secured } from './support/inside.ts';
import type { Pod } from './support/subjects.ts';
import { pairs } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ name: 'ctrfield', octet: 40 });
  buildConfigured(world.bed);
});

afterAll(() => world.close());

const image = { image: CONFIGURED };
const sorted = (words: string): readonly number[] =>
  words
    .split(' ')
    .map(Number)
    .sort((a, b) => a - b);

const ids = async ({ sh }: Inside) => [await sh('id -u'), await sh('id -g'), sorted(await sh('id -G'))];

describe.each(pairs)('made over $maker, looked at over $user', (pair) => {
  const overV1 = pair.maker === 'v1';
  let insides: Insides;
  let pod: Pod;
  beforeEach(async () => {
    insides = createInsides(world, pair);
    pod = await insides.pod({ linux: { securityContext: { privileged: true } } });
  });
  afterEach(() => insides.clear());

  const logOf = async (containerId: string): Promise<string> => {
    const { status } = await insides.user.runtime.containerStatus({ containerId });
    return readFileSync(status?.logPath ?? '', 'utf8');
  };
  const logged = (containerId: string, line: string) =>
    until(`the log has ${line}`, async () => (await logOf(containerId)).includes(line));

  const ended = async (containerId: string) => {
    const { status } = await insides.maker.runtime.containerStatus({ containerId });
    return status;
  };

  it('a container runs what image, command and args say, where and with what they say', async () => {
    const [asImage, withArgs] = [
      await insides.start(pod, { image, command: [] }),
      await insides.start(pod, { image, command: [], args: ['three', 'four'] }),
    ];
    await logged(asImage.containerId, 'stdout F args one two\n');
    await logged(withArgs.containerId, 'stdout F args one three four\n');
    expect(await asImage.sh('pwd; echo $FROM $OVER $HOME; id -un')).toBe('/srv\nimage image /home/web\nweb');
    const own = await insides.start(pod, {
      image,
      command: ['/bin/entry'],
      args: ['mine'],
      workingDir: '/made/for/it',
      envs: [
        { key: 'OVER', value: Buffer.from('request ü') },
        { key: 'EMPTY', value: Buffer.alloc(0) },
      ],
    });
    await logged(own.containerId, 'stdout F args mine\n');
    expect(await own.sh('pwd; echo $FROM $OVER; env | grep -c ^EMPTY=$')).toBe('/made/for/it\nimage request ü\n1');
  });

  it('a volume of the image has its files, and is the container’s own', async () => {
    const [one, other] = [await insides.start(pod, { image }), await insides.start(pod, { image })];
    expect(await one.sh('cat /vol/seed; echo mine > /vol/mine; ls /vol')).toBe('seed\nmine\nseed');
    expect(await other.sh('ls /vol')).toBe('seed');
  });

  it('a container is stopped by its signal, and killed after its time', async () => {
    const parts = { image, command: [], ...(overV1 && { stopSignal: Signal.SIGUSR2 }) };
    const asked = await insides.start(pod, parts);
    const deaf = await insides.start(pod, {
      command: ['sh', '-c', 'trap "" TERM; echo deaf; while true; do sleep 0.1; done'],
    });
    await logged(asked.containerId, 'args');
    await logged(deaf.containerId, 'deaf');
    await Promise.all([
      insides.user.runtime.stopContainer({ containerId: asked.containerId, timeout: 60n }),
      insides.user.runtime.stopContainer({ containerId: deaf.containerId, timeout: 1n }),
    ]);
    expect(await ended(asked.containerId)).toMatchObject({ exitCode: overV1 ? 8 : 7 });
    expect(await logOf(asked.containerId)).toContain(overV1 ? 'told by USR2' : 'told by USR1');
    expect(await ended(deaf.containerId)).toMatchObject({ exitCode: 137, reason: 'Error' });
  });

  it('a terminal, an input and a log are there if they are asked for', async () => {
    const command = ['sh', '-c', 'tty; [ -t 1 ] && echo terminal; read line; echo over; sleep 100000'];
    const terminal = await insides.start(pod, { command, tty: true, stdin: true });
    const plain = await insides.start(pod, { command });
    const silent = await insides.start(pod, { command, logPath: '' });
    await logged(terminal.containerId, 'stdout F terminal\r\n');
    // Without an input it reads its end at once; with one it waits.
    await logged(plain.containerId, 'stdout F not a tty\n');
    await logged(plain.containerId, 'stdout F over\n');
    expect(await logOf(terminal.containerId)).not.toContain('over');
    expect((await ended(silent.containerId))?.logPath).toBe('');
  });

  it('a user is an id or a name, with its groups', async () => {
    const groups = { image, command: ['sleep', '100000'] };
    const run = (context: Parameters<typeof secured>[0]) => insides.start(pod, { ...groups, ...secured(context) });
    const [byId, byName, byImage, strict] = [
      await run({ runAsUser: { value: 1000n }, runAsGroup: { value: 5n }, supplementalGroups: [7n] }),
      await run({ runAsUsername: 'root', runAsGroup: { value: 6n } }),
      await run({}),
      await run({ supplementalGroups: [7n], supplementalGroupsPolicy: SupplementalGroupsPolicy.Strict }),
    ];
    expect(await ids(byId)).toEqual(['1000', '5', [5, 7, 44]]);
    expect(await ids(byName)).toEqual(['0', '6', [6]]);
    expect(await ids(byImage)).toEqual(['1000', '100', [44, 100]]);
    expect(await ids(strict)).toEqual(['1000', '100', overV1 ? [7, 100] : [7, 44, 100]]);
  });

  it('a container without a user or groups has the pod’s', async () => {
    const policy = { supplementalGroupsPolicy: SupplementalGroupsPolicy.Strict };
    const context = { runAsUser: { value: 1000n }, runAsGroup: { value: 5n }, supplementalGroups: [7n], ...policy };
    const of = await insides.pod({ linux: { securityContext: context } });
    const base = { image, command: ['sleep', '100000'] };
    const [silent, user, groups] = [
      await insides.start(of, base),
      await insides.start(of, { ...base, ...secured({ runAsUsername: 'root' }) }),
      await insides.start(of, { ...base, ...secured({ supplementalGroups: [8n] }) }),
    ];
    expect(await ids(silent)).toEqual(['1000', '5', overV1 ? [5, 7] : [5, 7, 44]]);
    expect(await ids(user)).toEqual(['0', '0', [0, 7]]);
    expect(await ids(groups)).toEqual(['1000', '5', [5, 8, 44]]);
  });

  it('rights are those of the request', async () => {
    const STATUS = 'grep -E "Cap(Bnd|Eff|Amb)|NoNewPrivs|Seccomp:" /proc/1/status';
    const capabilities = {
      dropCapabilities: ['ALL'],
      addCapabilities: ['NET_ADMIN'],
      addAmbientCapabilities: ['CAP_NET_BIND_SERVICE'],
    };
    const few = await insides.start(
      pod,
      secured({ runAsUser: { value: 1000n }, capabilities, noNewPrivs: true, readonlyRootfs: true }),
    );
    const status = await few.sh(STATUS);
    expect(status).toMatch(/CapBnd:\t0000000000001400\n/);
    expect(status).toMatch(/CapAmb:\t0000000000000400\n/);
    expect(status).toMatch(/NoNewPrivs:\t1\n/);
    expect(await few.sh('touch /tmp/x')).toContain('Read-only file system');

    const all = await insides.start(pod, secured({ privileged: true, capabilities }));
    const own = /CapBnd:\t(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    expect(await all.sh(STATUS)).toContain(`CapBnd:\t${own}`);
    expect(await all.sh('ls /dev/kmsg; grep " /sys " /proc/mounts')).toMatch(/^\/dev\/kmsg\n.* rw,/);

    const hidden = await insides.start(pod, secured({ maskedPaths: ['/etc/group'], readonlyPaths: ['/home'] }));
    expect(await hidden.sh('wc -c < /etc/group; touch /home/x')).toMatch(/^0\n.*Read-only file system$/);
    const usual = await insides.start(pod, secured());
    expect(await usual.sh('wc -c < /proc/interrupts; : > /proc/sys/kernel/domainname')).toMatch(
      /^0\n.*Read-only file system$/,
    );
  });

  it('a seccomp profile is the default, none, or a file, in the new words and the old', async () => {
    const file = join(world.bed.directory, 'no-chmod.json');
    const syscalls = [{ names: ['chmod', 'fchmod', 'fchmodat', 'fchmodat2'], action: 'SCMP_ACT_ERRNO' }];
    writeFileSync(file, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }));
    const profile = (profileType: Profile, localhostRef = '') => ({ seccomp: { profileType, localhostRef } });
    const cases: readonly (readonly [Parameters<typeof secured>[0], number, boolean])[] = [
      [profile(Profile.RuntimeDefault), 2, true],
      [profile(Profile.Unconfined), 0, true],
      [profile(Profile.Localhost, file), 2, false],
      [{ seccompProfilePath: 'runtime/default' }, 2, true],
      [{ seccompProfilePath: `localhost/${file}` }, 2, false],
      [{}, 0, true],
    ];
    for (const [context, mode, chmods] of cases) {
      const { sh } = await insides.start(pod, secured(context));
      expect(await sh('grep Seccomp: /proc/1/status'), JSON.stringify(context)).toBe(`Seccomp:\t${mode}`);
      expect(await sh('chmod 700 /tmp && echo done'), JSON.stringify(context)).toMatch(
        chmods ? /^done$/ : /not permitted/,
      );
    }
  });

  const limits = (resources: NonNullable<Parts['linux']>['resources']): Parts => ({
    linux: { resources, ...secured().linux },
  });

  /** The files of cgroup v1 and v2, in the same order: memory, memory and swap, quota and period, shares or weight, cpus. */
  const LIMITS = `cd /sys/fs/cgroup
    if [ -e memory.max ]; then cat memory.max cpu.max cpuset.cpus; else
    cat memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.shares cpuset/cpuset.cpus cpuset/cpuset.mems; fi`;
  const MIB = 1024n * 1024n;

  it('limits are in force, and change when they are updated', async () => {
    const { containerId, sh } = await insides.start(
      pod,
      limits({
        memoryLimitInBytes: 64n * MIB,
        memorySwapLimitInBytes: 128n * MIB,
        cpuQuota: 20_000n,
        cpuPeriod: 50_000n,
        cpuShares: 512n,
        cpusetCpus: '0',
        cpusetMems: '0',
        oomScoreAdj: 500n,
        hugepageLimits: [{ pageSize: '2MB', limit: 0n }],
      }),
    );
    const v2 = (await sh('[ -e /sys/fs/cgroup/memory.max ] && echo v2')) === 'v2';
    const first = v2 ? ['67108864', '20000 50000', '0'] : ['67108864', '134217728', '20000', '50000', '512', '0', '0'];
    expect((await sh(LIMITS)).split('\n')).toEqual(first);
    expect(await sh('cat /proc/1/oom_score_adj')).toBe('500');
    await insides.user.runtime.updateContainerResources({
      containerId,
      linux: {
        memoryLimitInBytes: 96n * MIB,
        memorySwapLimitInBytes: 192n * MIB,
        cpuQuota: 30_000n,
        cpuPeriod: 50_000n,
        cpuShares: 1024n,
        oomScoreAdj: 600n,
        hugepageLimits: [{ pageSize: '2MB', limit: 0n }],
      },
    });
    const then = v2
      ? ['100663296', '30000 50000', '0']
      : ['100663296', '201326592', '30000', '50000', '1024', '0', '0'];
    expect((await sh(LIMITS)).split('\n')).toEqual(then);
    expect(await sh('cat /proc/1/oom_score_adj')).toBe('600');
    expect((await ended(containerId))?.resources?.linux).toMatchObject({ cpuQuota: 30_000n, cpusetCpus: '0' });
  });
});
