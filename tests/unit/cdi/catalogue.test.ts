import { describe, expect, test } from 'vitest';
import { silent } from '../../../src/core/ports/logger.ts';
import { resolveDevices } from '../../../src/runtime/cdi/catalogue.ts';
import { createCdi, noCdi } from '../../../src/runtime/cdi/cdi.ts';
import type { FoundSpec } from '../../../src/runtime/cdi/read-specs.ts';
import { requestedDevices } from '../../../src/runtime/cdi/requests.ts';
import { buildSpec } from '../../../src/runtime/spec/build-spec.ts';
import { NO_FEATURES } from '../../../src/runtime/spec/runtime-features.ts';
import { containerConfig, specInput } from '../spec/fixtures.ts';

const found = (path: string, priority: number, names: readonly string[], common = false): FoundSpec => ({
  path,
  priority,
  spec: {
    cdiVersion: '1.0.0',
    kind: 'v.com/c',
    devices: names.map((name) => ({ name, containerEdits: { env: [`FROM=${path}`] } })),
    ...(common && { containerEdits: { env: [`ALL=${path}`] } }),
  },
});

const request = (name: string) => ({ name, field: 'config.CDI_devices[0].name' });
const resolve = (names: readonly string[], ...specs: readonly FoundSpec[]) =>
  resolveDevices(names.map(request), { specs, problems: [] }).map(({ edits }) => edits.env?.[0]);

describe('a device', () => {
  test('of the directory that goes first wins', () => {
    expect(resolve(['v.com/c=a'], found('/etc/x', 0, ['a']), found('/run/x', 1, ['a']))).toEqual(['FROM=/run/x']);
    expect(resolve(['v.com/c=a'], found('/run/x', 1, ['a']), found('/etc/x', 0, ['a']))).toEqual(['FROM=/run/x']);
  });

  test('that two files of one directory have is refused, but for one of a directory that goes first', () => {
    const two = [found('/etc/x', 0, ['a']), found('/etc/y', 0, ['a'])];
    expect(() => resolve(['v.com/c=a'], ...two)).toThrow(
      'config.CDI_devices[0].name: v.com/c=a is in several CDI specifications: /etc/x, /etc/y',
    );
    expect(resolve(['v.com/c=a'], ...two, found('/run/x', 1, ['a']))).toEqual(['FROM=/run/x']);
  });

  test('that is nowhere is refused, with what could not be read', () => {
    expect(() => resolveDevices([request('v.com/c=a')], { specs: [], problems: ['/etc/x: broken'] })).toThrow(
      'config.CDI_devices[0].name: no CDI specification has the device v.com/c=a (and these cannot be used: /etc/x: broken)',
    );
  });

  test('brings what is common to all of its specification, once', () => {
    expect(resolve(['v.com/c=a', 'v.com/c=b'], found('/etc/x', 0, ['a', 'b'], true))).toEqual([
      'ALL=/etc/x',
      'FROM=/etc/x',
      'FROM=/etc/x',
    ]);
  });
});

describe('requests', () => {
  test('are those of the field, then those of annotations, each once', () => {
    const annotations = { 'cdi.k8s.io/plugin': 'v.com/c=b,v.com/c=a', other: 'v.com/c=x' };
    expect(requestedDevices({ cdiDevices: ['v.com/c=a'], annotations })).toEqual([
      { name: 'v.com/c=a', field: 'config.CDI_devices[0].name' },
      { name: 'v.com/c=b', field: 'config.annotations["cdi.k8s.io/plugin"]' },
    ]);
  });

  test('in an annotation must be names', () => {
    expect(() => requestedDevices({ cdiDevices: [], annotations: { 'cdi.k8s.io/x': 'v.com/c=a,b' } })).toThrow(
      'config.annotations["cdi.k8s.io/x"]: "b" is no CDI name',
    );
  });
});

describe('injection', () => {
  const spec = buildSpec(specInput());

  test('without requests changes nothing and reads nothing', async () => {
    expect(await createCdi(['/dev/null/nothing'], silent).inject(spec, containerConfig, NO_FEATURES)).toBe(spec);
  });

  test('that is switched off refuses the field and leaves annotations alone', async () => {
    await expect(
      noCdi(silent).inject(spec, { ...containerConfig, cdiDevices: ['v.com/c=a'] }, NO_FEATURES),
    ).rejects.toMatchObject({
      kind: 'unimplemented',
      message: expect.stringContaining('config.CDI_devices[0].name'),
    });
    const warnings: string[] = [];
    const cdi = noCdi({ ...silent, warn: (message) => void warnings.push(message) });
    const annotations = { 'cdi.k8s.io/x': 'v.com/c=a' };
    expect(await cdi.inject(spec, { ...containerConfig, annotations }, NO_FEATURES)).toBe(spec);
    expect(warnings).toHaveLength(1);
  });
});
