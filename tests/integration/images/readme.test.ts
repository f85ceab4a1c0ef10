import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, succeed, type World } from './world.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** The commands of README's section on images, on this world's store and registry instead of the reader's. */
const commands = (world: World, registry: string): string => {
  const [, block = ''] = /## Images with the tools you know.*?```sh\n(.*?)```/s.exec(README) ?? [];
  return (
    block
      .replaceAll('/var/lib/janus/storage', world.graphRoot)
      .replaceAll('/run/janus/storage', world.runRoot)
      .replaceAll('registry.example', registry)
      // For the images of a list, buildah 1.28 does not look into registries.conf.
      .replace('manifest push', 'manifest push --tls-verify=false')
  );
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

test('the commands of the README build, load, tag and push images that Janus has at once', async () => {
  const registry = await world.registry();
  const at = (file: string): string => path.join(world.directory, file);
  await world.build('localhost/saved:1', ['FROM scratch', 'COPY busybox /bin/busybox']);
  await world.buildah('push', '--quiet', 'localhost/saved:1', `docker-archive:${at('app.tar')}:localhost/saved:1`);
  await succeed('cp', ['/bin/busybox', at('busybox')]);
  await writeFile(at('Containerfile'), 'FROM scratch\nCOPY busybox /bin/busybox\nLABEL built=here\n');
  await writeFile(at('registries.conf'), `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
  const settings = ['BUILDAH_ISOLATION=chroot', `CONTAINERS_REGISTRIES_CONF=${at('registries.conf')}`];
  await writeFile(
    at('commands.sh'),
    `set -e\nshopt -s expand_aliases\ncd ${world.directory}\n${commands(world, registry)}`,
  );
  await succeed('env', [...settings, 'bash', at('commands.sh')]);

  const names = (await world.store().list()).flatMap(({ repoTags }) => repoTags);
  expect(names).toEqual(
    expect.arrayContaining(['docker.io/library/app:1', 'docker.io/library/app:2', `${registry}/app:1`]),
  );
  const { tags } = (await (await fetch(`http://${registry}/v2/app/tags/list`)).json()) as { tags: string[] };
  expect(tags.sort()).toEqual(['1', 'all']);
});
