import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Bed, IMAGE } from '../../support/bed.ts';
import { mustRun } from '../../support/command.ts';

export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** The image that it has: the bed's own, under another name. */
  readonly image: string;
  close(): Promise<void>;
}

const blobs = (bed: Bed, image: string): string => {
  const directory = join(bed.directory, 'registry');
  const store = `[overlay@${bed.graph}/storage+${bed.state}/storage]`;
  mustRun('skopeo', 'copy', '--quiet', `containers-storage:${store}${image}`, `dir:${directory}`);
  return directory;
};

/** A registry on a loopback port, over plain HTTP, with one image of the bed's. */
export const startRegistry = async (bed: Bed, source = IMAGE): Promise<Registry> => {
  const directory = blobs(bed, source);
  const manifest = readFileSync(join(directory, 'manifest.json'));
  const { mediaType } = JSON.parse(manifest.toString()) as { mediaType: string };
  const server = createServer(({ url = '' }, response) => {
    const hex = /\/blobs\/sha256:([0-9a-f]{64})$/.exec(url)?.[1];
    if (url === '/v2/') response.end('{}');
    else if (url.includes('/manifests/')) response.setHeader('content-type', mediaType).end(manifest);
    else if (hex !== undefined) response.end(readFileSync(join(directory, hex)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    image: `${address}/contract/busybox:1`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
