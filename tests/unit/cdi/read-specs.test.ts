import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSpecs } from '../../../src/runtime/cdi/read-specs.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-cdi-'));
  for (const name of ['etc', 'run']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, content: string | object): void =>
  writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
const read = () => readSpecs([join(root, 'etc'), join(root, 'run')]);

const edits = { env: ['A=b'] };
const spec = (changes: object = {}) => ({
  cdiVersion: '1.0.0',
  kind: 'vendor.com/class',
  devices: [{ name: 'one', containerEdits: edits }],
  ...changes,
});

test('JSON and YAML are read, in the order of directories and names; other files are not', async () => {
  write('run/z.json', spec());
  write(
    'etc/b.yaml',
    'cdiVersion: "0.5.0"\nkind: vendor.com/net\ndevices:\n- name: one\n  containerEdits:\n    deviceNodes:\n    - {path: /dev/x, fileMode: 0666}\n',
  );
  write('etc/a.json', spec({ containerEdits: edits }));
  write('etc/c.txt', 'nothing');
  const { specs, problems } = await read();
  expect(problems).toEqual([]);
  expect(specs.map(({ path, priority }) => [path.slice(root.length + 1), priority])).toEqual([
    ['etc/a.json', 0],
    ['etc/b.yaml', 0],
    ['run/z.json', 1],
  ]);
  expect(specs[1]?.spec.devices[0]?.containerEdits.deviceNodes).toEqual([{ path: '/dev/x', fileMode: 0o666 }]);
});

test('a directory that is not there has no specifications', async () => {
  expect(await readSpecs([join(root, 'nothing')])).toEqual({ specs: [], problems: [] });
});

test('one that is wrong does not keep the others from being read', async () => {
  write('etc/a.json', '{');
  write('etc/b.json', spec());
  const { specs, problems } = await read();
  expect(specs).toHaveLength(1);
  expect(problems).toEqual([expect.stringContaining('etc/a.json: ')]);
});

const device = (containerEdits: object, name = 'one') => spec({ devices: [{ name, containerEdits }] });

describe('what is wrong is named', () => {
  test.each<[string, object, string]>([
    ['no version', spec({ cdiVersion: undefined }), 'cdiVersion: must be a string'],
    ['an unknown version', spec({ cdiVersion: '9.0.0' }), 'cdiVersion: 9.0.0 is no version'],
    ['a kind', spec({ kind: 'vendor' }), 'kind: must be vendor/class'],
    ['no devices', spec({ devices: [] }), 'devices: must not be empty'],
    ['a name', device(edits, 'o ne'), 'devices[0].name: must be the name of a device'],
    ['a name twice', spec({ devices: [...spec().devices, ...spec().devices] }), 'devices: must not have a name twice'],
    ['no edits', device({}), 'devices[0].containerEdits: must not be empty'],
    ['an unknown field', device({ envs: [] }), 'devices[0].containerEdits: has the unknown envs'],
    ['an environment', device({ env: ['A'] }), 'devices[0].containerEdits.env[0]: must be NAME=value'],
    ['a path', device({ deviceNodes: [{ path: 'x' }] }), 'deviceNodes[0].path: must be an absolute path'],
    ['a type', device({ deviceNodes: [{ path: '/x', type: 'q' }] }), 'deviceNodes[0].type: must be b, c, u or p'],
    [
      'permissions',
      device({ deviceNodes: [{ path: '/x', permissions: 'x' }] }),
      'permissions: must be made of r, w and m',
    ],
    ['a hook', device({ hooks: [{ hookName: 'never', path: '/x' }] }), 'hooks[0].hookName: must be one of prestart'],
    [
      'a hook’s path',
      device({ hooks: [{ hookName: 'poststop', path: 'x' }] }),
      'hooks[0].path: must be an absolute path',
    ],
    ['a mount', device({ mounts: [{ hostPath: '', containerPath: '/x' }] }), 'mounts[0].hostPath: must not be empty'],
    ['a class of service', device({ intelRdt: { closID: 'a/b' } }), 'intelRdt.closID: must be a file name'],
    [
      'an interface',
      device({ netDevices: [{ hostInterfaceName: 'a/b', name: 'a' }] }),
      'netDevices[0].hostInterfaceName: must be the name of an interface',
    ],
    [
      'a name for two interfaces',
      device({
        netDevices: [
          { hostInterfaceName: 'a', name: 'x' },
          { hostInterfaceName: 'b', name: 'x' },
        ],
      }),
      'netDevices: must not give a name twice',
    ],
    ['a group', device({ additionalGids: [-1] }), 'additionalGids[0]: must not be negative'],
  ])('%s', async (_what, content, problem) => {
    write('etc/a.json', content);
    expect((await read()).problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('what a version does not have yet is refused', () => {
  test.each<[string, object]>([
    ['0.4.0', device({ mounts: [{ hostPath: '/a', containerPath: '/b', type: 'bind' }] })],
    ['0.5.0', device({ deviceNodes: [{ path: '/dev/a', hostPath: '/dev/b' }] })],
    ['0.5.0', device(edits, '0')],
    ['0.6.0', spec({ annotations: { a: 'b' } })],
    ['0.6.0', spec({ kind: 'vendor.com/a.b' })],
    ['0.7.0', device({ additionalGids: [5] })],
    ['0.7.0', device({ intelRdt: { closID: 'a' } })],
    ['1.1.0', device({ netDevices: [{ hostInterfaceName: 'eth1', name: 'net0' }] })],
    ['1.1.0', device({ intelRdt: { schemata: ['L3:0=f'] } })],
    ['1.1.0', device({ intelRdt: { enableMonitoring: true } })],
  ])('%s', async (version, content) => {
    write('etc/a.json', { ...content, cdiVersion: '0.3.0' });
    expect((await read()).problems).toEqual([expect.stringContaining(`cdiVersion: must be at least ${version} for`)]);
    write('etc/a.json', { ...content, cdiVersion: version });
    expect((await read()).problems).toEqual([]);
  });
});

test('what version 1.1.0 dropped is refused from there on', async () => {
  const content = device({ intelRdt: { enableCMT: true } });
  write('etc/a.json', content);
  expect((await read()).problems).toEqual([]);
  write('etc/a.json', { ...content, cdiVersion: '1.1.0' });
  expect((await read()).problems).toEqual([
    expect.stringContaining('cdiVersion: must be less than 1.1.0 for enableCMT and enableMBM'),
  ]);
});
