import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorld, never, noAuth, unused, type World } from './world.ts';

// user:pass:word
const HTPASSWD = 'user:$2b$04$woIEu57u2voir7bR/Fpn6uYwKA4aLZHRL4.B5sMdXX3tU3gWsfBve\n';
const USER = { ...noAuth, username: 'user', password: 'pass:word' };

let source: World;
let world: World;
let open: string;
let closed: string;

beforeAll(async () => {
  source = await createWorld();
  world = await createWorld();
  open = await source.registry();
  closed = await source.registry({ htpasswd: HTPASSWD });
  await source.build('localhost/one:1', ['FROM scratch', 'COPY busybox /bin/busybox', 'LABEL number=1']);
  await source.build('localhost/two:1', ['FROM localhost/one:1', 'COPY busybox /bin/two', 'LABEL number=2']);
  await source.push('localhost/one:1', `${open}/team/one:1`);
  await source.push('localhost/two:1', `${open}/team/two:1`);
  await source.push('localhost/one:1', `${open}/library/one:1`);
  await source.push('localhost/one:1', `${closed}/team/one:1`, '--creds', 'user:pass:word');
  await source.buildah('manifest', 'create', 'localhost/list:1', 'localhost/one:1');
  await source.buildah(
    'manifest',
    'push',
    '--all',
    '--tls-verify=false',
    'localhost/list:1',
    `docker://${open}/team/list:1`,
  );
});
afterAll(() => Promise.all([source.close(), world.close()]));

const insecure = () => world.store({ insecureRegistries: ['127.0.0.0/8'] });
const headDigest = async (repository: string, tag: string): Promise<string> => {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json';
  const response = await fetch(`http://${open}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  return response.headers.get('docker-content-digest') ?? '';
};

describe('a manifest list', () => {
  test('by tag: the image has the digest of the list first', async () => {
    const image = await insecure().pull({ reference: `${open}/team/list:1`, auth: undefined }, { signal: never });
    expect(image.repoDigests[0]).toBe(`${open}/team/list@${await headDigest('team/list', '1')}`);
    await insecure().remove(image.id, unused);
  });

  test('by digest, with and without a tag beside it: found by that digest and removed by it', async () => {
    const store = insecure();
    const digest = await headDigest('team/list', '1');
    const image = await store.pull({ reference: `${open}/team/list:1@${digest}`, auth: undefined }, { signal: never });
    expect(image.repoTags).toEqual([]);
    expect(image.repoDigests).toEqual([`${open}/team/list@${digest}`]);
    expect((await store.find(`${open}/team/list:1@${digest}`))?.id).toBe(image.id);
    await store.remove(`${open}/team/list@${digest}`, unused);
    expect(await store.find(image.id)).toBeUndefined();
  });
});

test('pulls of several images at once all arrive whole', async () => {
  const store = insecure();
  const references = ['team/one:1', 'team/two:1', 'team/list:1', 'library/one:1', 'team/one:1', 'team/two:1'].map(
    (name) => `${open}/${name}`,
  );
  const images = await Promise.all(
    references.map((reference) => store.pull({ reference, auth: undefined }, { signal: never })),
  );
  expect(images.map(({ config }) => config.labels['number'])).toEqual(['1', '2', '1', '1', '1', '2']);
  for (const reference of references) expect((await store.find(reference))?.repoTags).toContain(reference);
  const ids = new Set(images.map(({ id }) => id));
  for (const id of ids) await store.remove(id, unused);
  expect(await store.list()).toEqual([]);
  expect((await readdir(path.join(world.graphRoot, 'overlay'))).filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual(
    [],
  );
});

describe('credentials', () => {
  const reference = (): string => `${closed}/team/one:1`;

  test.each([
    ['user name and password', USER],
    ['base64', { ...noAuth, auth: Buffer.from('user:pass:word').toString('base64') }],
  ])('%s open a registry', async (_, auth) => {
    const image = await insecure().pull({ reference: reference(), auth }, { signal: never });
    expect(image.repoTags).toContain(reference());
    await insecure().remove(image.id, unused);
  });

  test.each([
    ['none', undefined],
    ['wrong ones', { ...USER, password: 'secret-and-wrong' }],
    ['those of another server', { ...USER, serverAddress: 'registry.example' }],
  ])('%s: unauthenticated, and none in the message', async (_, auth) => {
    const pulled = insecure().pull({ reference: reference(), auth }, { signal: never });
    await expect(pulled).rejects.toMatchObject({
      kind: 'unauthenticated',
      message: expect.stringContaining(reference()),
    });
    await expect(pulled).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });

  test('are on no command line, and gone from disk afterwards', async () => {
    const pulled = insecure().pull({ reference: reference(), auth: USER }, { signal: never });
    const seen: string[] = [];
    let running = true;
    const ended = pulled.finally(() => {
      running = false;
    });
    while (running) seen.push(...(await commandLines()));
    const image = await ended;
    expect(seen.some((line) => line.includes(`docker://${reference()}`))).toBe(true);
    expect(seen.filter((line) => line.includes('pass:word'))).toEqual([]);
    expect(await readdir(path.join(world.runRoot, 'janus-pulls'))).toEqual([]);
    expect(await readdir(path.join(world.graphRoot, 'janus-pulls'))).toEqual([]);
    await insecure().remove(image.id, unused);
  });
});

const commandLines = async (): Promise<readonly string[]> => {
  const processes = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  return Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
};

describe('mirrors', () => {
  test('serve docker.io’s images under their own names', async () => {
    const store = world.store({ registryMirrors: [`http://${open}`] });
    const image = await store.pull({ reference: 'one:1', auth: undefined }, { signal: never });
    expect(image.repoTags).toEqual(['docker.io/library/one:1']);
    expect((await store.find('one:1'))?.id).toBe(image.id);
    await store.remove('one:1', unused);
    expect(await store.list()).toEqual([]);
  });

  test('are passed over when they fail', async () => {
    const store = world.store({ registryMirrors: ['http://127.0.0.1:1', `http://${open}`] });
    const image = await store.pull({ reference: 'docker.io/one:1', auth: undefined }, { signal: never });
    await store.remove(image.id, unused);
  });
});

test('the pod sandbox image is pinned, however it is written', async () => {
  const config = { registryMirrors: [`http://${open}`], podSandboxImage: 'one:1' };
  const store = world.store(config);
  const image = await store.pull({ reference: 'docker.io/library/one:1', auth: undefined }, { signal: never });
  expect(image.pinned).toBe(true);
  await store.remove(image.id, unused);
});

describe('what is not there', () => {
  test.each(['team/none:1', 'team/one:none', `team/one@sha256:${'0'.repeat(64)}`])('%s: not-found', async (name) => {
    const pulled = insecure().pull({ reference: `${open}/${name}`, auth: undefined }, { signal: never });
    await expect(pulled).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining(`${open}/${name}`),
    });
  });

  test('a registry: unknown, in the words that the kubelet looks for', async () => {
    const pulled = insecure().pull({ reference: '127.0.0.1:1/team/one:1', auth: undefined }, { signal: never });
    await expect(pulled).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^RegistryUnavailable: /),
    });
  });
});
