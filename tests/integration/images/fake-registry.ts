import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that answers as a test wants; `asked` holds method, path and the Authorization header of each request. */
export interface FakeRegistry {
  readonly address: string;
  readonly asked: readonly { readonly path: string; readonly authorization: string }[];
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export const startFakeRegistry = async (answer: Answer): Promise<FakeRegistry> => {
  const asked: { path: string; authorization: string }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '' });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const reply = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
};

export const registryError = (response: ServerResponse, status: number, code: string): void =>
  reply(response, status, JSON.stringify({ errors: [{ code, message: 'a reason' }] }), {
    'content-type': 'application/json',
  });

export const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: {},
  rootfs: { type: 'layers', diff_ids: [digestOf('x')] },
});

/** An image of one layer, whose digest and size are as given. `layer` answers the request for it. */
export const oneLayerImage = (layer: { digest: string; size: number }, answerLayer: Answer): Answer => {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(CONFIG),
    size: CONFIG.length,
  };
  const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }];
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers });
  return (request, response) => {
    const { url = '' } = request;
    if (url === '/v2/') return reply(response, 200, '{}');
    if (url.includes('/manifests/')) return reply(response, 200, manifest, { 'content-type': OCI_MANIFEST });
    if (url.endsWith(digestOf(CONFIG))) return reply(response, 200, CONFIG);
    return answerLayer(request, response);
  };
};
