import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Catalogue, openCatalogue } from '../../../src/network/catalogue.ts';
import { noNetwork } from '../../../src/network/none.ts';
import { type Lab, type Line, lab, listening, patient } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

const named = (name: string): object => ({ cniVersion: '1.0.0', name, plugins: [{ type: 'main' }] });

const open = async (one: Lab): Promise<{ catalogue: Catalogue; lines: readonly Line[] }> => {
  const { logger, lines } = listening();
  const catalogue = openCatalogue({ confDir: one.confDir, binDirs: [one.binDir], logger });
  onTestFinished(() => catalogue.close());
  return { catalogue, lines };
};
const names = (catalogue: Catalogue): readonly string[] => catalogue.networks().map(({ name }) => name);
const skipped = (lines: readonly Line[]): readonly unknown[] =>
  lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields?.['file']);

describe('reading', () => {
  test('is in the order of file names, and the first valid one is the default', async () => {
    const one = lab();
    one.configure('00-broken.conflist', '{');
    one.configure('20-b.json', { cniVersion: '1.0.0', name: 'b', type: 'main' });
    one.configure('10-a.conflist', named('a'));
    one.configure('30-c.conf', { cniVersion: '1.0.0', name: 'c', type: 'main' });
    one.configure('05-ignored.txt', named('x'));
    const { catalogue, lines } = await open(one);
    expect(names(catalogue)).toEqual(['a', 'b', 'c']);
    expect(skipped(lines)).toEqual([join(one.confDir, '00-broken.conflist')]);
  });

  test('skips what is no regular file, too large, or a name again', async () => {
    const one = lab();
    execFileSync('mkfifo', [join(one.confDir, '10-fifo.conf')]);
    mkdirSync(join(one.confDir, '11-dir.conf'));
    symlinkSync('15-loop.conf', join(one.confDir, '15-loop.conf'));
    one.configure('12-large.conflist', ' '.repeat(1024 * 1024 + 1));
    one.configure('20.conflist', named('a'));
    one.configure('30.conflist', named('a'));
    const { catalogue, lines } = await open(one);
    expect(names(catalogue)).toEqual(['a']);
    expect(skipped(lines)).toHaveLength(5);
  });
});

describe('readiness', () => {
  test('wants a configuration', async () => {
    const { catalogue } = await open(lab());
    expect(catalogue.readiness()).toMatchObject({ ready: false, reason: 'NetworkPluginNotReady' });
  });

  test('wants all plugins of the default network, as programs', async () => {
    const one = lab();
    one.configure('10.conflist', named('a'));
    const { catalogue } = await open(one);
    expect(catalogue.readiness()).toMatchObject({
      ready: false,
      message: expect.stringContaining('CNI plugin "main" is not in'),
    });
  });

  test('is given when all is there', async () => {
    const one = lab();
    one.plugin('main', '');
    one.configure('10.conflist', named('a'));
    expect((await open(one)).catalogue.readiness()).toEqual({ ready: true });
  });

  test('of the network plugin "none" always', async () => {
    expect(noNetwork().readiness()).toEqual({ ready: true });
  });
});

describe('a change', () => {
  test('is seen: written, renamed into place, removed', async () => {
    const one = lab();
    const { catalogue } = await open(one);
    one.configure('10.conflist', named('a'));
    await expect.poll(() => names(catalogue), patient).toEqual(['a']);
    one.configure('05.conflist.new', named('b'));
    renameSync(join(one.confDir, '05.conflist.new'), join(one.confDir, '05.conflist'));
    await expect.poll(() => names(catalogue), patient).toEqual(['b', 'a']);
    rmSync(join(one.confDir, '05.conflist'));
    await expect.poll(() => names(catalogue), patient).toEqual(['a']);
  });

  test('of an invalid file is told once', async () => {
    const one = lab();
    one.configure('10.conflist', '{');
    const { catalogue, lines } = await open(one);
    one.configure('20.conflist', named('a'));
    await expect.poll(() => names(catalogue), patient).toEqual(['a']);
    expect(skipped(lines)).toHaveLength(1);
    one.configure('10.conflist', '{{');
    await expect.poll(() => skipped(lines), patient).toHaveLength(2);
  });

  test('is seen in a directory that was replaced', async () => {
    const one = lab();
    one.configure('10.conflist', named('a'));
    const { catalogue } = await open(one);
    mkdirSync(`${one.confDir}.next`);
    renameSync(one.confDir, `${one.confDir}.old`);
    renameSync(`${one.confDir}.next`, one.confDir);
    await expect.poll(() => names(catalogue), patient).toEqual([]);
    one.configure('10.conflist', named('b'));
    await expect.poll(() => names(catalogue), patient).toEqual(['b']);
  });

  test('is seen in a directory that did not exist', async () => {
    const one = lab();
    rmSync(one.confDir, { recursive: true });
    const { catalogue } = await open(one);
    one.configure('10.conflist', named('a'));
    await expect.poll(() => names(catalogue), patient).toEqual(['a']);
  });
});
