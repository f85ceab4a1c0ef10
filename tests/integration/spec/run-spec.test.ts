import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostFacts, readHostFacts } from '../../../src/runtime/spec/host-facts.ts';
import { mount, type Overrides } from '../../unit/spec/fixtures.ts';
import { type Bed, makeBed, RUNTIMES, removeBed, runSpec } from './run-spec.ts';

let bed: Bed;
let host: HostFacts;
beforeAll(async () => {
  bed = makeBed();
  host = await readHostFacts();
});
afterAll(() => removeBed(bed));

const MASKED =
  'test -s /proc/kcore && echo open || echo hidden; (: >> /proc/sys/kernel/hostname) 2>&1 | grep -c Read-only';

describe.each(Object.keys(RUNTIMES) as (keyof typeof RUNTIMES)[])('%s', (runtime) => {
  const run = (script: string, over: Overrides = {}) => runSpec(script, { runtime, bed, host, over });

  test('an ordinary container', async () => {
    const output = await run(
      'pwd; id; umask; env; cat /etc/hosts /proc/self/oom_score_adj; grep -E "Cap(Bnd|Inh|Amb)|Seccomp:|NoNew" /proc/self/status',
      {
        config: { workingDir: '/tmp', envs: [{ key: 'MULTI', value: 'a\nb' }] },
        security: { seccomp: { kind: 'runtime-default' } },
        resources: { memoryLimitInBytes: 64 * 1024 * 1024, cpuShares: 512, oomScoreAdj: -998 },
      },
    );
    expect(output).toContain('/tmp\nuid=0(root) gid=0(root)');
    expect(output).toContain('0022\n');
    for (const line of ['HOSTNAME=pod-host', 'HOME=/root', 'MULTI=a\nb', 'hosts of the pod'])
      expect(output).toContain(`${line}\n`);
    expect(output).toMatch(/CapInh:\t0+\n/);
    expect(output).toMatch(/CapBnd:\t00000000a80425fb\n/);
    expect(output).toMatch(/CapAmb:\t0+\n/);
    expect(output).toMatch(/NoNewPrivs:\t0\n/);
    expect(output).toMatch(/Seccomp:\t2\n/);
  });

  test('a user, its groups and nothing else', async () => {
    const output = await run('id; echo $HOME; grep -E "CapBnd|CapAmb|NoNew" /proc/self/status; touch /x 2>&1 || true', {
      security: {
        runAsUsername: 'web',
        supplementalGroups: [7],
        noNewPrivs: true,
        readonlyRootfs: true,
        capabilities: { add: [], drop: ['ALL'], addAmbient: ['NET_BIND_SERVICE'] },
      },
    });
    expect(output).toContain('uid=1000(web) gid=100(users) groups=7,44(video),100(users)\n/home/web\n');
    expect(output).toMatch(/CapBnd:\t0000000000000400\n/);
    expect(output).toMatch(/CapAmb:\t0000000000000400\n/);
    expect(output).toMatch(/NoNewPrivs:\t1\n/);
    expect(output).toMatch(/touch: \/x: (Read-only file system|Permission denied)/);
  });

  test('/proc is masked by default and as asked', async () => {
    expect(await run(MASKED)).toBe('hidden\n1\n');
    const script = 'cat /etc/group; touch /tmp/x 2>&1 || true';
    const output = await run(script, { security: { maskedPaths: ['/etc/group'], readonlyPaths: ['/tmp'] } });
    expect(output).toBe('touch: /tmp/x: Read-only file system\n');
  });

  test("privileged sees the host's devices, all capabilities, no filter", async () => {
    const output = await run('ls /dev; grep -E "CapBnd|Seccomp:" /proc/self/status; grep " /sys " /proc/mounts', {
      security: { privileged: true, seccomp: { kind: 'runtime-default' } },
      podSecurity: { privileged: true },
    });
    expect(output).toContain('kmsg\n');
    expect(output).toContain(`CapBnd:\t${/CapBnd:\t(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''}`);
    expect(output).toMatch(/Seccomp:\t0\n/);
    expect(output).toMatch(/sysfs rw,/);
  });

  test('mounts, volumes and devices', async () => {
    const hostPath = join(bed.base, `made-${runtime}`);
    const hosts = join(bed.base, 'own-hosts');
    writeFileSync(hosts, 'own hosts\n');
    const script =
      'touch /a/b/file /vol/kept; touch /ro/x 2>&1; cat /etc/hosts; stat -c %F /dev/mine; touch /dev/shm/s';
    const output = await run(`${script} || true`, {
      config: {
        mounts: [
          { ...mount, containerPath: '/a/b', hostPath },
          { ...mount, containerPath: '/a', hostPath: bed.base },
          { ...mount, containerPath: '/ro', hostPath: bed.base, readonly: true, recursiveReadOnly: true },
          { ...mount, containerPath: '/etc/hosts', hostPath: hosts },
        ],
        devices: [{ hostPath: '/dev/null', containerPath: '/dev/mine', permissions: 'rw' }],
      },
      image: { volumes: ['/vol'] },
    });
    expect(output).toBe('touch: /ro/x: Read-only file system\nown hosts\ncharacter special file\n');
    expect(existsSync(join(hostPath, 'file'))).toBe(true);
    expect(existsSync(join(bed.rootfs, 'vol/kept'))).toBe(false);
    expect(existsSync(join(bed.base, 'shm/s'))).toBe(true);
  });

  test('a seccomp file of the host', async () => {
    const ref = join(bed.base, 'no-chmod.json');
    const syscalls = [{ names: ['chmod', 'fchmodat', 'fchmodat2'], action: 'SCMP_ACT_ERRNO' }];
    writeFileSync(ref, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls }));
    const output = await run('chmod 700 /tmp 2>&1 || true', { security: { seccomp: { kind: 'localhost', ref } } });
    expect(output).toContain('Operation not permitted');
  });

  test('joins the namespaces of a pod', async () => {
    const holder = spawn('unshare', ['-n', '-i', '-u', 'sh', '-c', 'hostname in-the-pod; echo; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      const ns = (name: string): string => `/proc/${holder.pid ?? 0}/ns/${name}`;
      const output = await run('hostname; readlink /proc/self/ns/net; echo $$', {
        paths: { netns: ns('net'), ipcns: ns('ipc'), utsns: ns('uts') },
      });
      expect(output).toMatch(/^in-the-pod\nnet:\[\d+\]\n1\n$/);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  test('two mounts on one path: the last is seen', async () => {
    for (const name of ['first', 'second']) mkdirSync(join(bed.base, name, name), { recursive: true });
    const mounts = ['first', 'second'].map((name) => ({
      ...mount,
      containerPath: '/m',
      hostPath: join(bed.base, name),
    }));
    expect(await run('ls /m', { config: { mounts } })).toBe('second\n');
  });
});
