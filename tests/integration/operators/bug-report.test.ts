import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun } from '../../support/command.ts';
import { writeConfig } from '../../support/daemon.ts';
import { janus } from '../../support/janus.ts';
import { registryWithOwnImage } from '../../support/own-image.ts';
import { openWorld, type World } from './world.ts';

/** What must be nowhere in a report. */
const SECRET = 'plantedsecret';
const secrets = (): readonly string[] => [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 12)];

const runtimes = {
  wrapped: { path: '/usr/sbin/runc', 'runtime-args': ['--log', `/run/${SECRET}`, `--token=${SECRET}`] },
};

let world: World;
beforeAll(async () => {
  world = await openWorld({
    name: 'report',
    octet: 72,
    config: { runtimes },
    envs: [{ key: 'PASSWORD', value: Buffer.from(`${SECRET}-env`) }],
    annotations: { 'example.org/token': `${SECRET}-annotation` },
  });
});
afterAll(() => world.close());

/** A file in which the daemon's log goes to a directory, where what it has said until now is put. */
const withLog = ({ bed, daemon }: World): string => {
  const directory = join(bed.directory, 'log');
  mkdirSync(directory);
  writeFileSync(join(directory, 'janusd.log'), daemon.log());
  return writeConfig(bed, { runtimes, 'log-driver': 'file', 'log-opts': { 'log-path': directory } });
};

const report = (name: string, config: string) => {
  const file = join(world.bed.directory, `${name}.tar.gz`);
  const { status, stdout, stderr } = janus('bug-report', '--socket', world.bed.socket, '--config', config, '-f', file);
  expect(stderr).toBe('');
  expect([status, stdout]).toEqual([0, `${file}\n`]);
  mustRun('tar', '-xzf', file, '-C', world.bed.directory);
  const directory = join(world.bed.directory, name);
  const files = Object.fromEntries(
    readdirSync(directory).map((each) => [each, readFileSync(join(directory, each), 'utf8')] as const),
  );
  return { file, files };
};

const leaks = (files: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(files).flatMap(([name, text]) =>
    secrets().flatMap((secret) => (text.includes(secret) ? [`${name}: ${secret}`] : [])),
  );

/** All ways by which secrets come to a daemon. */
const plant = async ({ client, bed, containerId }: World): Promise<void> => {
  const registry = await registryWithOwnImage(bed);
  for (const auth of [
    { username: 'user', password: SECRET },
    { auth: Buffer.from(`user:${SECRET}`).toString('base64') },
    { registryToken: SECRET, serverAddress: registry.address },
  ])
    await client.images.pullImage({ image: { image: registry.image }, auth }).catch(() => undefined);
  await registry.close();
  await client.runtime.execSync({ containerId, cmd: ['sh', '-c', `echo ${SECRET}; exit 3`], timeout: 10n });
  const bad = { containerId, cmd: ['/no/program', `--password=${SECRET}`], timeout: 10n };
  await client.runtime.execSync(bad).catch(() => undefined);
};

test('a report of a daemon that runs has what is needed, and none of the secrets that came to the daemon', async () => {
  await plant(world);
  const { files, file } = report('good', withLog(world));
  expect(leaks(files)).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(files['log.txt']).toMatch(/INFO +serving/);
  expect(files['log.txt']).toMatch(/ExecSync/);
  expect(JSON.parse(files['status.json'] ?? '')).toMatchObject({ pods: [{ name: 'web' }] });
  expect(JSON.parse(files['versions.json'] ?? '')).toMatchObject({ version: '0.1.0', ENABLE_CRI_API_V1: true });
  expect(JSON.parse(files['check.json'] ?? '')).toContainEqual(expect.objectContaining({ subject: 'conmon' }));
  const records = JSON.parse(files['records.json'] ?? '') as { containers: { name: string; sha256: string }[] };
  expect(records.containers).toMatchObject([
    { name: `${world.containerId}.json`, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  for (const name of ['config.json', 'running.json'])
    expect(JSON.parse(files[name] ?? '')).toContainEqual({
      key: 'runtimes',
      value: { wrapped: { path: '/usr/sbin/runc', 'runtime-args': ['--log', '***', '--token'] } },
      source: 'file',
    });
});

test('the secrets were there to be found', () => {
  const records = readdirSync(join(world.bed.graph, 'containers')).map((name) =>
    readFileSync(join(world.bed.graph, 'containers', name), 'utf8'),
  );
  expect(records.join('')).toContain(`${SECRET}-annotation`);
});

test('a report without a daemon, of a file that is wrong, says so and holds none of its values that are secret', () => {
  const directory = join(world.bed.directory, 'wrong');
  mkdirSync(directory);
  const config = join(directory, 'daemon.json');
  const key = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`;
  writeFileSync(
    config,
    JSON.stringify({
      'registry-mirrors': [`https://user:${SECRET}@mirror.example`],
      'streaming-tls': key,
      'log-opts': { 'log-path': { password: SECRET } },
    }),
  );
  const file = join(directory, 'r.tar.gz');
  const { status } = janus('bug-report', '--socket', join(directory, 'none.sock'), '--config', config, '-f', file);
  expect(status).toBe(0);
  mustRun('tar', '-xzf', file, '-C', directory);
  const text = (name: string): string => readFileSync(join(directory, 'r', name), 'utf8');
  expect(leaks(Object.fromEntries(readdirSync(join(directory, 'r')).map((name) => [name, text(name)])))).toEqual([]);
  expect(text('check.json')).toContain('streaming-tls');
  expect(JSON.parse(text('status.json'))).toMatchObject({ failed: expect.stringContaining('no daemon answers') });
});

test('an archive that is there is not overwritten', () => {
  const file = join(world.bed.directory, 'taken.tar.gz');
  writeFileSync(file, 'mine');
  expect(janus('bug-report', '--socket', world.bed.socket, '-f', file)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('EEXIST'),
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(existsSync(`${file}.tar.gz`)).toBe(false);
});
