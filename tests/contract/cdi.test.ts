import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/wait.ts';
import { createInsides, type Insides, type Parts } from './support/inside.ts';
import type { Pod } from './support/subjects.ts';
import { withV1 } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

/** What a hook gets on its standard input is the container's state. */
const HOOK = `#!/bin/sh
{ printf '%s ' "$@" "$FOR"; cat; echo; } >>"$0.log"
`;

let world: World;
let insides: Insides;
let low = '';
let high = '';

const file = (name: string): string => join(world.bed.directory, name);

const spec = (kind: string, devices: Readonly<Record<string, object>>, containerEdits?: object) => ({
  cdiVersion: '0.7.0',
  kind,
  devices: Object.entries(devices).map(([name, edits]) => ({ name, containerEdits: edits })),
  ...(containerEdits !== undefined && { containerEdits }),
});

const hook = (name: string): string => {
  const path = file(name);
  writeFileSync(path, HOOK);
  chmodSync(path, 0o755);
  return path;
};

const writeSpecs = (): void => {
  const full = {
    env: ['CDI=device'],
    deviceNodes: [{ path: '/dev/cdi', hostPath: '/dev/fuse', permissions: 'r', fileMode: 0o644, uid: 7, gid: 8 }],
    mounts: [{ hostPath: world.bed.logs, containerPath: '/cdi/logs', options: ['ro', 'rbind'] }],
    hooks: [{ hookName: 'createRuntime', path: hook('device-hook'), args: ['device-hook', 'made'], env: ['FOR=cdi'] }],
    additionalGids: [4711],
  };
  const common = { env: ['CDI_COMMON=yes', 'CDI=common'] };
  writeFileSync(join(low, 'full.json'), JSON.stringify(spec('janus.test/full', { '0': full }, common)));
  writeFileSync(
    join(low, 'ranked.yaml'),
    'cdiVersion: 0.3.0\nkind: janus.test/rank\ndevices:\n- name: a\n  containerEdits:\n    env: [RANK=low]\n',
  );
  writeFileSync(join(high, 'ranked.json'), JSON.stringify(spec('janus.test/rank', { a: { env: ['RANK=high'] } })));
  for (const name of ['x', 'y'])
    writeFileSync(join(low, `${name}.json`), JSON.stringify(spec('janus.test/twice', { a: { env: ['A=b'] } })));
  const missing = { deviceNodes: [{ path: '/dev/janus-nowhere' }] };
  writeFileSync(join(low, 'missing.json'), JSON.stringify(spec('janus.test/missing', { a: missing })));
  const moved = { netDevices: [{ hostInterfaceName: 'lo', name: 'net0' }] };
  const newer = { ...spec('janus.test/newer', { a: moved }), cdiVersion: '1.1.0' };
  writeFileSync(join(low, 'newer.json'), JSON.stringify(newer));
};

const asked = (...names: readonly string[]): Parts => ({ CDIDevices: names.map((name) => ({ name })) });

describe.runIf(withV1)('CDI devices', () => {
  let pod: Pod;
  beforeAll(async () => {
    world = await openWorld({
      ...{ name: 'cdi', octet: 63 },
      config: (bed) => {
        [low, high] = [join(bed.directory, 'cdi-low'), join(bed.directory, 'cdi-high')];
        for (const directory of [low, high]) mkdirSync(directory);
        const hooks = join(bed.directory, 'hooks.json');
        writeFileSync(
          hooks,
          JSON.stringify({ poststop: [{ path: join(bed.directory, 'every-hook'), args: ['h', 'all'] }] }),
        );
        writeFileSync(join(bed.directory, 'every-hook'), HOOK, { mode: 0o755 });
        return { 'enable-cdi': true, 'cdi-spec-dirs': [low, high], 'hook-spec': hooks };
      },
    });
    writeSpecs();
    insides = createInsides(world, { maker: 'v1', user: 'v1alpha2' });
    pod = await insides.pod();
  });
  afterAll(async () => {
    await insides.clear();
    await world.close();
  });

  it.each(['', 'crun'])(
    'CDI devices bring nodes, mounts, environment, groups and hooks, with the runtime %j',
    async (handler) => {
      const own = handler === '' ? pod : await insides.pod({}, handler);
      const { containerId, sh } = await insides.start(own, asked('janus.test/full=0'));
      expect(await sh('echo $CDI $CDI_COMMON')).toBe('device yes');
      expect(await sh('stat -c "%t:%T %a %u:%g" /dev/cdi')).toBe('a:e5 644 7:8');
      expect(await sh(': </dev/cdi && echo opened')).toBe('opened');
      expect(await sh('( : >/dev/cdi ) || true')).toMatch(/not permitted/);
      expect(await sh('ls -d /cdi/logs/* >/dev/null && touch /cdi/logs/x')).toMatch(/Read-only/);
      expect(await sh('id -G')).toBe('0 4711');
      const log = readFileSync(`${file('device-hook')}.log`, 'utf8')
        .split('\n')
        .find((line) => line.includes(containerId));
      expect(log).toMatch(/^made cdi \{/);
    },
  );

  it('of the later directory go first', async () => {
    const { sh } = await insides.start(pod, asked('janus.test/rank=a'));
    expect(await sh('echo $RANK')).toBe('high');
  });

  it.each(['v1', 'v1alpha2'] as const)('may be asked for by annotation, over %s too', async (maker) => {
    const annotated = createInsides(world, { maker, user: 'v1' });
    const { sh } = await annotated.start(await annotated.pod(), {
      annotations: { 'cdi.k8s.io/plugin_a': 'janus.test/rank=a' },
    });
    expect(await sh('echo $RANK')).toBe('high');
  });

  it.each([
    [
      'that is nowhere',
      asked('janus.test/rank=a', 'janus.test/none=a'),
      'config.CDI_devices[1].name: no CDI specification',
    ],
    ['in two places', asked('janus.test/twice=a'), 'config.CDI_devices[0].name: janus.test/twice=a is in several'],
    ['of no name', asked('janus'), 'config.CDI_devices[0].name: must be a CDI name'],
    [
      'in an annotation',
      { annotations: { 'cdi.k8s.io/a': 'x' } },
      'config.annotations["cdi.k8s.io/a"]: "x" is no CDI name',
    ],
  ] as const)('%s are refused', async (_what, parts: Parts, problem) => {
    await expect(insides.create(pod, parts)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(problem),
    });
  });

  it.each([
    ['that the host has not', 'missing', '/dev/janus-nowhere is not there'],
    ['that the runtime cannot bring', 'newer', "the pod's runtime does not know netDevices"],
  ])('%s are refused, and leave nothing behind', async (_what, kind, problem) => {
    const before = (await insides.v1.runtime.listContainers({})).containers.length;
    await expect(insides.create(pod, asked(`janus.test/${kind}=a`))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining(`CDI device janus.test/${kind}=a: ${problem}`),
    });
    expect((await insides.v1.runtime.listContainers({})).containers).toHaveLength(before);
  });

  it('the hooks of hook-spec are every container’s', async () => {
    const { containerId } = await insides.start(pod);
    await insides.v1.runtime.stopContainer({ containerId });
    await insides.v1.runtime.removeContainer({ containerId });
    const log = `${file('every-hook')}.log`;
    await until('the hook was run', () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .some((line) => line.startsWith('all ') && line.includes(containerId)),
    );
  });
});
