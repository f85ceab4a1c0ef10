import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mustRun } from '../../support/command.ts';
import { repository } from '../../support/paths.ts';

export interface NpmRegistry {
  readonly url: string;
  /** What it was asked for, as clients wrote it. */
  asked(): readonly string[];
  close(): Promise<void>;
}

const namesIn = (modules: string): readonly string[] =>
  readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );

/** What a registry says of the one version that is there. */
const packument = (manifest: { readonly name: string; readonly version: string }, url: string): string =>
  JSON.stringify({
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist: { tarball: `${url}/${manifest.name}.tgz` } } },
  });

const archive = (modules: string, name: string): Buffer => {
  const file = join(modules, `${name.replace('/', '+')}.tgz`);
  mustRun('tar', '-czf', file, '-C', join(modules, name), '--transform', 's,^[.],package,', '.');
  return readFileSync(file);
};

/** A registry on loopback that has the packages which Janus depends on, as they stand in node_modules, and no other. */
export const serveNpm = async (directory: string): Promise<NpmRegistry> => {
  const modules = join(directory, 'modules');
  mkdirSync(modules, { recursive: true });
  mustRun('sh', '-c', `cd ${repository} && node scripts/lib/runtime-modules.mjs ${modules}`);
  const answers = new Map<string, (url: string) => string | Buffer>();
  for (const name of namesIn(modules)) {
    const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as Parameters<
      typeof packument
    >[0];
    const bytes = archive(modules, name);
    answers.set(`/${name}`, (url) => packument(manifest, url));
    answers.set(`/${name}.tgz`, () => bytes);
  }
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end('{}');
    else response.end(answer(url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
