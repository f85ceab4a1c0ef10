import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../../src/runtime/cdi/apply.ts';
import type { CdiEdits } from '../../../src/runtime/cdi/schema.ts';
import { buildSpec } from '../../../src/runtime/spec/build-spec.ts';
import { specInput, user } from '../spec/fixtures.ts';

const spec = buildSpec(specInput());
const apply = (...edits: readonly CdiEdits[]) =>
  applyEdits(
    spec,
    edits.map((each) => ({ name: 'v.com/c=a', edits: each })),
  );

test('environment: what is there already is replaced in its place', async () => {
  const before = { ...spec, process: { ...spec.process, env: ['A=1', 'B=2'] } };
  const edited = await applyEdits(before, [{ name: 'x', edits: { env: ['C=3', 'A=4=5'] } }]);
  expect(edited.process.env).toEqual(['A=4=5', 'B=2', 'C=3']);
});

describe('device nodes', () => {
  test('take from the host what they do not say, and from the container’s user whose they are', async () => {
    const { linux } = await apply({ deviceNodes: [{ path: '/dev/cdi', hostPath: '/dev/zero', permissions: 'r' }] });
    const [uid, gid] = [user.uid, user.gid];
    expect(linux.devices).toContainEqual({ path: '/dev/cdi', type: 'c', major: 1, minor: 5, uid, gid });
    expect(linux.resources.devices?.at(-1)).toEqual({ allow: true, type: 'c', major: 1, minor: 5, access: 'r' });
  });

  test('that say everything ask the host nothing', async () => {
    const node = { path: '/dev/cdi', type: 'b' as const, major: 8, minor: 1, uid: 3, gid: 4, fileMode: 0o640 };
    const { linux } = await apply({ deviceNodes: [node] });
    expect(linux.devices).toContainEqual(node);
    expect(linux.resources.devices?.at(-1)).toEqual({ allow: true, type: 'b', major: 8, minor: 1, access: 'rwm' });
  });

  test('are made once for a path; a fifo needs no rule', async () => {
    const nodes = [{ path: '/dev/cdi', hostPath: '/dev/zero' }];
    const { linux } = await apply({ deviceNodes: nodes }, { deviceNodes: [{ path: '/dev/cdi', type: 'p' }] });
    expect(linux.devices.filter(({ path }) => path === '/dev/cdi')).toMatchObject([{ type: 'p' }]);
    expect(linux.resources.devices).toHaveLength((spec.linux.resources.devices?.length ?? 0) + 1);
  });

  test.each([
    [{ path: '/dev/nowhere' }, '/dev/nowhere is not there: ENOENT'],
    [{ path: '/dev/x', hostPath: '/etc/passwd' }, '/etc/passwd is no device'],
    [{ path: '/dev/zero', type: 'b' as const }, '/dev/zero is a device of the type c, not b'],
  ])('%o cannot be made', async (node, problem) => {
    await expect(apply({ deviceNodes: [node] })).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: `CDI device v.com/c=a: ${problem}`,
    });
  });
});

describe('mounts', () => {
  test('replace what is on their path, parents before children', async () => {
    const mounts = [
      { hostPath: '/etc', containerPath: '/opt/a/b', options: ['ro', 'rbind'] },
      { hostPath: '/usr', containerPath: '/opt/a' },
      { hostPath: 'tmpfs', containerPath: '/dev/mqueue', type: 'tmpfs', options: ['nosuid'] },
    ];
    const edited = await apply({ mounts });
    const at = (path: string) => edited.mounts.findIndex(({ destination }) => destination === path);
    expect(at('/opt/a')).toBeLessThan(at('/opt/a/b'));
    expect(edited.mounts[at('/opt/a/b')]).toMatchObject({ source: '/etc', type: 'bind', options: ['ro', 'rbind'] });
    expect(edited.mounts.filter(({ destination }) => destination === '/dev/mqueue')).toMatchObject([{ type: 'tmpfs' }]);
  });

  test('of what is not there are refused', async () => {
    const mounts = [{ hostPath: '/nowhere', containerPath: '/x' }];
    await expect(apply({ mounts })).rejects.toMatchObject({ kind: 'failed-precondition' });
  });
});

test('hooks run after those that are there, each list in order', async () => {
  const before = { ...spec, hooks: { poststop: [{ path: '/first' }] } };
  const hooks = [
    { hookName: 'poststop' as const, path: '/second', args: ['second', 'x'], timeout: 3 },
    { hookName: 'createRuntime' as const, path: '/other' },
  ];
  expect((await applyEdits(before, [{ name: 'x', edits: { hooks } }])).hooks).toEqual({
    createRuntime: [{ path: '/other' }],
    poststop: [{ path: '/first' }, { path: '/second', args: ['second', 'x'], timeout: 3 }],
  });
});

test('cache allocation and groups; root’s group is left out', async () => {
  const edited = await apply({ intelRdt: { closID: 'gold' }, additionalGids: [0, 44, 44] }, { additionalGids: [45] });
  expect(edited.linux.intelRdt).toEqual({ closID: 'gold' });
  expect(edited.process.user.additionalGids).toEqual([...user.supplementalGroups, 44, 45]);
});

test('interfaces of the host, by the names that they have there', async () => {
  const one = { netDevices: [{ hostInterfaceName: 'eth1', name: 'net0' }] };
  const edited = await apply(one, { netDevices: [{ hostInterfaceName: 'eth2', name: 'net1' }] });
  expect(edited.linux.netDevices).toEqual({ eth1: { name: 'net0' }, eth2: { name: 'net1' } });
});
