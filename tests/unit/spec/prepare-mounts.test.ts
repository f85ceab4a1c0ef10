import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mount } from '../../../src/core/model/container.ts';
import { checkPropagation, parseMountinfo } from '../../../src/runtime/spec/mountinfo.ts';
import { checkMount, type PrepareMountsOptions, prepareMounts } from '../../../src/runtime/spec/prepare-mounts.ts';
import { mount } from './fixtures.ts';

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'janus-mounts-')));
});
afterEach(() => rmSync(base, { recursive: true }));

const relabelled: string[] = [];
const options = (over: Partial<PrepareMountsOptions> = {}): PrepareMountsOptions => ({
  features: { recursiveReadOnlyMounts: true, idMappedMounts: false },
  selinux: false,
  imagePath: () => Promise.resolve('/images/1'),
  relabel: (path) => Promise.resolve(void relabelled.push(path)),
  signal: new AbortController().signal,
  ...over,
});

const prepare = (over: Partial<Mount>, opts = options()) =>
  prepareMounts([{ ...mount, hostPath: base, ...over }], opts);

describe('prepareMounts', () => {
  test('a missing host path becomes a directory', async () => {
    const hostPath = join(base, 'new/dir');
    expect(await prepare({ hostPath })).toMatchObject([{ hostPath }]);
    expect(statSync(hostPath).mode & 0o7777).toBe(0o755);
  });

  test('a link on the host is followed', async () => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync('file', join(base, 'link'));
    expect(await prepare({ hostPath: join(base, 'link') })).toMatchObject([{ hostPath: join(base, 'file') }]);
  });

  test('of two mounts on one path the last stays', async () => {
    const mounts = [
      { ...mount, hostPath: join(base, '1'), containerPath: '/a' },
      { ...mount, hostPath: join(base, '2'), containerPath: '/a//' },
    ];
    const prepared = await prepareMounts(mounts, options());
    expect(prepared.map(({ containerPath, hostPath }) => [containerPath, hostPath])).toEqual([['/a', join(base, '2')]]);
    expect(existsSync(join(base, '1'))).toBe(false);
  });

  test('an image mount takes its path from the image and is read-only', async () => {
    const image = { image: 'data', annotations: {}, userSpecifiedImage: '', runtimeHandler: '' };
    expect(await prepare({ image, hostPath: '' })).toMatchObject([{ hostPath: '/images/1', readonly: true }]);
  });

  test.each([
    [{ containerPath: 'relative' }, 'mounts.container_path'],
    [{ containerPath: '/a/../etc' }, 'mounts.container_path'],
    [{ containerPath: '/a\0b' }, 'mounts.container_path'],
    [{ containerPath: '/' }, 'must not be the root'],
    [{ hostPath: 'relative' }, 'mounts.host_path'],
    [{ hostPath: '' }, 'mounts.host_path'],
    [{ hostPath: '/a\0b' }, 'mounts.host_path'],
  ])('%j is refused', async (over, message) => {
    await expect(prepare(over)).rejects.toThrow(message);
  });

  test('a host path below a file is refused, and nothing made', async () => {
    writeFileSync(join(base, 'file'), '');
    await expect(prepare({ hostPath: join(base, 'file/below') })).rejects.toThrow('mounts.host_path');
  });

  test('a bad mount is refused before any directory is made', async () => {
    const bad = { ...mount, containerPath: 'relative' };
    await expect(prepareMounts([{ ...mount, hostPath: join(base, 'x') }, bad], options())).rejects.toThrow();
    expect(existsSync(join(base, 'x'))).toBe(false);
  });

  test("relabelling happens on SELinux hosts, and never to what is the host's", async () => {
    relabelled.length = 0;
    await prepare({ selinuxRelabel: true });
    expect(relabelled).toEqual([]);
    await prepare({ selinuxRelabel: true }, options({ selinux: true }));
    expect(relabelled).toEqual([base]);
    symlinkSync('/etc', join(base, 'link'));
    await expect(
      prepare({ selinuxRelabel: true, hostPath: join(base, 'link') }, options({ selinux: true })),
    ).rejects.toThrow('/etc belongs');
  });

  test('stops when told to', async () => {
    mkdirSync(join(base, 'a'));
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(prepare({ hostPath: join(base, 'b') }, options({ signal }))).rejects.toThrow('gone');
    expect(existsSync(join(base, 'b'))).toBe(false);
  });
});

describe('checkMount', () => {
  const rro = { ...mount, readonly: true, recursiveReadOnly: true };
  const all = { recursiveReadOnlyMounts: true, idMappedMounts: true };
  const none = { recursiveReadOnlyMounts: false, idMappedMounts: false };
  const mapping = { hostId: 1, containerId: 0, length: 1 };

  test('takes what the runtime can', () => {
    expect(() => checkMount(rro, all)).not.toThrow();
    expect(() => checkMount({ ...mount, uidMappings: [mapping] }, all)).not.toThrow();
    expect(() => checkMount(mount, none)).not.toThrow();
  });

  test.each([
    [{ ...rro, readonly: false }, all, 'must be read-only'],
    [{ ...rro, propagation: 'host-to-container' as const }, all, 'needs private propagation'],
    [rro, none, /^RROUnsupported/],
    [{ ...mount, gidMappings: [mapping] }, none, 'id-mapped'],
  ])('refuses %#', (bad, features, message) => {
    expect(() => checkMount(bad, features)).toThrow(message);
  });
});

describe('checkPropagation', () => {
  const table = parseMountinfo(
    [
      '1 0 8:1 / / rw,relatime - ext4 /dev/sda rw',
      '2 1 0:5 / /shared rw shared:7 - tmpfs tmpfs rw',
      '3 1 0:6 / /slave rw master:3 - tmpfs tmpfs rw',
      '4 1 0:7 / /both rw shared:9 master:3 - tmpfs tmpfs rw',
      '5 2 0:8 / /shared/private rw - tmpfs tmpfs rw',
      '6 1 0:9 / /twice rw - tmpfs tmpfs rw',
      '7 6 0:9 / /twice rw shared:8 - tmpfs tmpfs rw',
      '8 1 0:10 / /with\\040blank rw shared:11 - tmpfs tmpfs rw',
      '',
    ].join('\n'),
  );

  test.each([
    ['/shared/x', 'bidirectional', true],
    ['/shared', 'host-to-container', true],
    ['/slave/x', 'host-to-container', true],
    ['/slave/x', 'bidirectional', false],
    ['/both', 'bidirectional', true],
    ['/shared/private/x', 'bidirectional', false],
    ['/sharedother', 'bidirectional', false],
    ['/x', 'host-to-container', false],
    ['/x', 'private', true],
    ['/twice/x', 'bidirectional', true],
    ['/with blank/x', 'bidirectional', true],
  ] as const)('%s %s: %s', (path, wanted, allowed) => {
    const check = () => checkPropagation(path, wanted, table);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(/is not a shared/);
  });
});
