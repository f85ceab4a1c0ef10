import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ImageStore } from '../../../src/core/ports/image-store.ts';
import {
  type Answer,
  digestOf,
  type FakeRegistry,
  oneLayerImage,
  registryError,
  reply,
  startFakeRegistry,
} from './fake-registry.ts';
import { createWorld, never, noAuth, unused, type World } from './world.ts';

let source: World;
let world: World;
let sound: string;
let fake: FakeRegistry | undefined;

beforeAll(async () => {
  source = await createWorld();
  world = await createWorld();
  sound = await source.registry();
  await source.build('localhost/one:1', ['FROM scratch', 'COPY busybox /bin/busybox', 'COPY busybox /bin/copy']);
  await source.push('localhost/one:1', `${sound}/team/one:1`);
});
afterEach(() => fake?.close());
afterAll(() => Promise.all([source.close(), world.close()]));

const insecure = (stallMs?: number): ImageStore =>
  world.store({ insecureRegistries: ['127.0.0.1'] }, stallMs === undefined ? {} : { stallMs });

const pullFrom = async (answer: Answer, options: { stallMs?: number; signal?: AbortSignal } = {}): Promise<unknown> => {
  fake = await startFakeRegistry(answer);
  const reference = `${fake.address}/team/bad:1`;
  return insecure(options.stallMs).pull({ reference, auth: undefined }, { signal: options.signal ?? never });
};

const layer = { digest: digestOf('x'), size: 1 };

test('a registry token is what the registry is shown', async () => {
  fake = await startFakeRegistry((request, response) =>
    request.headers.authorization === 'Bearer of-good-news'
      ? registryError(response, 404, 'MANIFEST_UNKNOWN')
      : reply(response, 401, '', { 'www-authenticate': 'Bearer realm="http://127.0.0.1:1/token"' }),
  );
  const auth = { ...noAuth, registryToken: 'of-good-news' };
  const pulled = insecure().pull({ reference: `${fake.address}/team/one:1`, auth }, { signal: never });
  await expect(pulled).rejects.toMatchObject({ kind: 'not-found', message: expect.not.stringContaining('good') });
});

describe('a registry that', () => {
  test.each([
    [401, 'UNAUTHORIZED', 'unauthenticated', ''],
    [403, 'DENIED', 'permission-denied', ''],
    [404, 'NAME_UNKNOWN', 'not-found', ''],
    [500, 'UNKNOWN', 'unknown', 'RegistryUnavailable: '],
    [503, 'UNAVAILABLE', 'unknown', 'RegistryUnavailable: '],
  ])('answers %i %s', async (status, code, kind, beginning) => {
    const answer: Answer = ({ url }, response) =>
      url === '/v2/' ? reply(response, 200, '{}') : registryError(response, status, code);
    await expect(pullFrom(answer)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(new RegExp(`^${beginning}pulling 127`)),
    });
  });

  test('lies about a layer’s digest', async () => {
    const answer = oneLayerImage(layer, (_, response) => reply(response, 200, 'y'));
    await expect(pullFrom(answer)).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('Digest did not match'),
    });
    expect(await insecure().list()).toEqual([]);
  });

  test('names a layer by a path', async () => {
    const answer = oneLayerImage({ digest: 'sha256:../../../../tmp/escaped', size: 1 }, (_, response) =>
      reply(response, 200, 'x'),
    );
    await expect(pullFrom(answer)).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/invalid (checksum )?digest/),
    });
    expect(fake?.asked.filter(({ path: asked }) => asked.includes('escaped'))).toEqual([]);
  });

  test('sends a manifest without end', async () => {
    const answer: Answer = ({ url }, response) => {
      if (url === '/v2/') return reply(response, 200, '{}');
      return reply(response, 200, `{${' '.repeat(5 * 1024 * 1024)}}`, {
        'content-type': 'application/vnd.oci.image.manifest.v1+json',
      });
    };
    await expect(pullFrom(answer)).rejects.toMatchObject({ message: expect.stringContaining('maximum allowed size') });
  });

  test('cuts the connection in mid-layer', async () => {
    const answer = oneLayerImage({ ...layer, size: 1_000_000 }, (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('x'.repeat(5000), () => response.destroy());
    });
    await expect(pullFrom(answer)).rejects.toMatchObject({ message: expect.stringMatching(/^RegistryUnavailable: /) });
  });

  test('stops sending in mid-layer', async () => {
    const answer = oneLayerImage({ ...layer, size: 1_000_000 }, (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('x'.repeat(5000));
    });
    const pulled = pullFrom(answer, { stallMs: 1000 });
    await expect(pulled).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^RegistryUnavailable: .*no progress/),
    });
  });
});

test('an identity token is exchanged at the server the registry names', async () => {
  let body = '';
  const answer: Answer = (request, response) => {
    const bearer = `Bearer realm="http://${request.headers.host}/token",service="test"`;
    if (request.url !== '/token') return reply(response, 401, '{}', { 'www-authenticate': bearer });
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    return request.on('end', () => registryError(response, 403, 'DENIED')) && undefined;
  };
  fake = await startFakeRegistry(answer);
  const auth = { ...noAuth, identityToken: 'a-refresh-token' };
  await expect(insecure().pull({ reference: `${fake.address}/team/bad:1`, auth }, { signal: never })).rejects.toThrow(
    /pulling/,
  );
  expect(new URLSearchParams(body).get('refresh_token')).toBe('a-refresh-token');
});

describe('credentials', () => {
  const basic = { ...noAuth, username: 'user', password: 'password' };
  const token = { ...noAuth, registryToken: 'of-good-news' };
  const encoded = Buffer.from('user:password').toString('base64');
  /** What skopeo sends when it is asked for a user and has none. */
  const NOBODY = `Basic ${Buffer.from(':').toString('base64')}`;

  test.each([
    ['user and password', basic, 'Basic realm="x"'],
    ['a registry token', token, 'Bearer realm="http://127.0.0.1:1/token"'],
  ])('are sent to the registry they are for, not to its mirror: %s', async (_, auth, challenge) => {
    fake = await startFakeRegistry((request, response) =>
      request.headers.authorization === undefined
        ? reply(response, 401, '{}', { 'www-authenticate': challenge })
        : registryError(response, 404, 'MANIFEST_UNKNOWN'),
    );
    const registriesConf = path.join(world.directory, 'registries.conf');
    const mirror = `[[registry.mirror]]\nlocation = "${fake.address}"\ninsecure = true\n`;
    await writeFile(registriesConf, `[[registry]]\nlocation = "127.0.0.1:1"\n${mirror}`);
    const pulled = world
      .store({ registriesConf })
      .pull({ reference: '127.0.0.1:1/team/one:1', auth }, { signal: never });
    await expect(pulled).rejects.toMatchObject({ message: expect.stringMatching(/^RegistryUnavailable: /) });
    expect(fake.asked.length).toBeGreaterThan(0);
    const ofSecrets = fake.asked.filter(({ authorization }) => !['', NOBODY].includes(authorization));
    expect(ofSecrets).toEqual([]);
  });

  const FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';

  test.each<[string, (url: string) => Answer]>([
    [
      'one that a layer is fetched from in its stead',
      (url) => oneLayerImage(layer, (_, response) => reply(response, 307, '', { location: url })),
    ],
    [
      'one that the manifest names for a layer',
      (url) => oneLayerImage({ ...layer, mediaType: FOREIGN, urls: [url] }, (_, response) => reply(response, 404, '')),
    ],
  ])('are not sent to another host that asks for them: %s', async (_, answer) => {
    const other = await startFakeRegistry((_request, response) =>
      reply(response, 401, '{}', { 'www-authenticate': 'Basic realm="x"' }),
    );
    const { port } = new URL(`http://${other.address}`);
    const serve = answer(`http://localhost:${port}/layer`);
    fake = await startFakeRegistry((request, response) =>
      request.headers.authorization === `Basic ${encoded}`
        ? serve(request, response)
        : reply(response, 401, '{}', { 'www-authenticate': 'Basic realm="x"' }),
    );
    const pulled = insecure().pull({ reference: `${fake.address}/team/one:1`, auth: basic }, { signal: never });
    await expect(pulled).rejects.toThrow(/pulling/);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual(['']);
    await other.close();
  });
});

describe('a caller that gives up', () => {
  const silentLayer = (begun: () => void): Answer =>
    oneLayerImage({ ...layer, size: 1_000_000 }, (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('x');
      begun();
    });

  test('alone ends skopeo', async () => {
    const giveUp = new AbortController();
    const pulled = pullFrom(
      silentLayer(() => giveUp.abort(new Error('given up'))),
      { signal: giveUp.signal },
    );
    await expect(pulled).rejects.toThrow('given up');
    await expect.poll(() => skopeosFor(fake?.address ?? '?')).toEqual([]);
    await expect.poll(() => readdir(path.join(world.graphRoot, 'janus-pulls'))).toEqual([]);
  });

  test('among others leaves them their pull', async () => {
    const store = insecure();
    const giveUp = new AbortController();
    const request = { reference: `${sound}/team/one:1`, auth: undefined };
    const first = store.pull(request, { signal: giveUp.signal });
    const second = store.pull(request, { signal: never });
    giveUp.abort(new Error('given up'));
    await expect(first).rejects.toThrow('given up');
    const image = await second;
    await store.remove(image.id, unused);
  });
});

const skopeosFor = async (address: string): Promise<readonly string[]> => {
  const processes = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  const lines = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(`docker://${address}`));
};

test('pulls killed at any time leave a store in which the next one succeeds', async () => {
  const store = insecure();
  const request = { reference: `${sound}/team/one:1`, auth: undefined };
  for (let delay = 40; delay <= 280; delay += 40) {
    await store.pull(request, { signal: AbortSignal.timeout(delay) }).catch(() => undefined);
    const image = await store.pull(request, { signal: never });
    expect(image.layers.length).toBeGreaterThan(0);
    await store.remove(image.id, unused);
  }
  expect((await readdir(path.join(world.graphRoot, 'overlay'))).filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual(
    [],
  );
});

test('an image that a container of another tool uses is not removed', async () => {
  const store = insecure();
  const image = await store.pull({ reference: `${sound}/team/one:1`, auth: undefined }, { signal: never });
  const container = (await world.buildah('from', '--pull-never', image.id)).trim();
  await expect(store.remove(image.id, unused)).rejects.toMatchObject({ kind: 'failed-precondition' });
  expect((await store.find(image.id))?.repoTags).toEqual(image.repoTags);
  await world.buildah('rm', container);
  await store.remove(image.id, unused);
  expect(await store.list()).toEqual([]);
});
