import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun } from '../../support/command.ts';
import { repository } from '../../support/paths.ts';

let root: string;
let deb: string;

/** Into a directory in place of the machine; what the package depends on is not there. */
const dpkg = (...args: readonly string[]): string =>
  mustRun('dpkg', `--root=${root}`, '--force-depends', '--force-script-chrootless', '--log=/dev/null', ...args);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-deb-'));
  mkdirSync(join(root, 'var/lib/dpkg/updates'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg/info'));
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  const out = join(root, 'packages');
  mustRun(join(repository, 'scripts/package.sh'), out);
  deb = join(out, readdirSync(out).find((name) => name.endsWith('.deb')) ?? '');
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the package installs, upgrades with the settings kept, and is removed', () => {
  dpkg('--install', deb);
  const version = (JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string }).version;
  for (const name of ['janus', 'janusd']) expect(mustRun(join(root, 'usr/bin', name), '--version')).toBe(version);
  expect(readFileSync(join(root, 'usr/lib/systemd/system/janusd.service'), 'utf8')).toContain('KillMode=process');
  expect(mustRun('zcat', join(root, 'usr/share/man/man8/janus.8.gz'))).toContain('completion');
  expect(readFileSync(join(root, 'usr/share/doc/janus/copyright'), 'utf8')).toContain('Apache License');

  const settings = join(root, 'etc/janus/daemon.json');
  mustRun(join(root, 'usr/bin/janus'), 'config', 'validate', settings);
  writeFileSync(settings, '{"enable-cri-v1":false}');
  dpkg('--force-confold', '--install', deb);
  expect(readFileSync(settings, 'utf8')).toBe('{"enable-cri-v1":false}');

  dpkg('--remove', 'janus');
  expect(existsSync(join(root, 'usr/lib/janus'))).toBe(false);
  expect(existsSync(settings)).toBe(true);
  dpkg('--purge', 'janus');
  expect(existsSync(settings)).toBe(false);
});
