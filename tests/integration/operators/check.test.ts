import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { command, type Result } from '../../support/command.ts';
import { startDaemon, writeConfig } from '../../support/daemon.ts';
import { janus, janusLine } from '../../support/janus.ts';

let bed: Bed;
beforeAll(() => {
  bed = makeBed('check2', 71);
});
afterAll(() => bed.dispose());

interface Finding {
  readonly level: string;
  readonly subject: string;
  readonly found: string;
  readonly advice: string;
}

const check = (config: Readonly<Record<string, unknown>>): Result =>
  janus('check', '--config', writeConfig(bed, config), '--output', 'json');
const findings = ({ stdout }: Result): readonly Finding[] => JSON.parse(stdout) as readonly Finding[];
const errorsOf = (result: Result): readonly Finding[] => findings(result).filter(({ level }) => level === 'error');

test('a good host has no errors, and the table says what was looked at', () => {
  const { status, stdout } = janus('check', '--config', writeConfig(bed));
  expect(stdout).toMatch(/^ok +runtime runc: \/usr\/s?bin\/runc: runc version \d/m);
  expect(stdout).toMatch(/^ok +network: jt-check2: bridge, portmap$/m);
  for (const subject of ['overlay', 'cgroups', 'conmon', 'skopeo', 'graph', 'state', 'disk', 'images', 'socket'])
    expect(stdout).toMatch(new RegExp(`^(ok|warning) +${subject}: `, 'm'));
  expect(stdout).toMatch(/^\d+ ok, \d+ warnings, 0 errors$/m);
  expect(status).toBe(0);
});

test('a daemon that runs is no error, and its ports are not held against it', async () => {
  const config = { 'metrics-address': '127.0.0.1:19123' };
  const daemon = await startDaemon(bed, config);
  try {
    const result = check(config);
    expect(errorsOf(result)).toEqual([]);
    expect(findings(result)).toContainEqual(
      expect.objectContaining({ subject: 'socket', found: `${bed.socket}: a daemon answers` }),
    );
  } finally {
    await daemon.stop();
  }
});

test('a directory without networks', () => {
  const empty = join(bed.directory, 'no-cni');
  mkdirSync(empty);
  const result = check({ 'cni-conf-dir': empty });
  expect(result.status).toBe(1);
  expect(errorsOf(result)).toEqual([
    expect.objectContaining({ subject: 'network', found: `no network configuration in ${empty}` }),
  ]);
});

test('a network file that is cut off is skipped, and said so', () => {
  const directory = join(bed.directory, 'cut-cni');
  mkdirSync(directory);
  writeFileSync(join(directory, '00-cut.conflist'), '{"cniVersion": "0.4.0", "name": "cut", "plu');
  const found = findings(check({ 'cni-conf-dir': directory }));
  expect(found).toContainEqual(
    expect.objectContaining({ level: 'warning', found: expect.stringContaining('00-cut.conflist is skipped') }),
  );
});

test('plugins that are not where they should be', () => {
  const result = check({ 'cni-bin-dir': '/opt/none' });
  expect(errorsOf(result).map(({ found }) => found)).toEqual([
    expect.stringContaining('bridge'),
    expect.stringContaining('portmap'),
  ]);
  expect(errorsOf(result)[0]?.advice).toContain('containernetworking-plugins');
});

/** In a mount namespace in which the program is none. */
const without = (program: string): Result =>
  command('unshare', [
    ...['--mount', 'sh', '-c', `mount --bind /dev/null ${program} && exec "$@"`, 'sh'],
    ...janusLine('check', '--config', writeConfig(bed), '--output', 'json'),
  ]);

test('a monitor, a runtime or an image tool that is missing', () => {
  for (const [program, subject] of [
    ['/usr/bin/conmon', 'conmon'],
    ['/usr/bin/skopeo', 'skopeo'],
    ['/usr/bin/catatonit', 'catatonit'],
  ] as const) {
    const result = without(program);
    expect(result.status).toBe(1);
    expect(errorsOf(result)).toMatchObject([{ subject, advice: `install it: apt-get install ${subject}` }]);
  }
});

test('a graph that is no directory, and one on a file system that is read only', () => {
  const file = join(bed.directory, 'file');
  writeFileSync(file, '');
  expect(errorsOf(check({ graph: file }))).toMatchObject([{ subject: 'graph', found: `${file} is no directory` }]);
  const readOnly = join(bed.directory, 'read-only');
  mkdirSync(readOnly);
  const result = command('unshare', [
    ...['--mount', 'sh', '-c', `mount -t tmpfs -o ro none ${readOnly} && exec "$@"`, 'sh'],
    ...janusLine('check', '--config', writeConfig(bed, { graph: join(readOnly, 'graph') }), '--output', 'json'),
  ]);
  expect(errorsOf(result)).toMatchObject([{ subject: 'graph', found: `${readOnly} cannot be written to: EROFS` }]);
});

test('an image store whose index is cut off', () => {
  const index = join(bed.graph, 'storage/overlay-layers/layers.json');
  const whole = readFileSync(index, 'utf8');
  writeFileSync(index, whole.slice(0, whole.length / 2));
  try {
    expect(errorsOf(check({}))).toMatchObject([
      { subject: 'images', found: expect.stringContaining(index), advice: expect.stringContaining('drain') },
    ]);
  } finally {
    writeFileSync(index, whole);
  }
});

test('a configuration that is wrong is told of with each problem, and the host is looked at all the same', () => {
  const result = check({ 'streaming-port': 'many', nonsense: 1 });
  expect(result.status).toBe(1);
  expect(errorsOf(result).map(({ subject }) => subject)).toEqual(['configuration', 'configuration']);
  expect(findings(result).map(({ subject }) => subject)).toContain('cgroups');
});

test('a registry that does not answer', () => {
  const file = writeConfig(bed);
  const result = janus('check', '--config', file, '--output', 'json', '--registry', 'http://127.0.0.1:9');
  expect(errorsOf(result)).toMatchObject([{ subject: 'registry', found: expect.stringContaining('127.0.0.1:9') }]);
});
