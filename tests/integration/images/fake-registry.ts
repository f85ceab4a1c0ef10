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
  body: string | Buffer,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
};

export const registryError = (response: ServerResponse, status: number, code: string): void =>
  reply(response, status, JSON.stringify({ errors: [{ code, message: 'a reason' }] }), {
    'content-type': 'application/json',
  });

export const digestOf = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** A layer as the manifest has it. */
interface Layer {
  readonly digest: string;
  readonly size: number;
  readonly mediaType?: string;
  /** Where else it is to be had. */
  readonly urls?: readonly string[];
}

/** An image of one layer, `diffId` when it is unpacked. Manifest and configuration are sound; `answerLayer` answers all other requests. */
const image = (layer: Layer, diffId: string, answerLayer: Answer): Answer => {
  const rootfs = { type: 'layers', diff_ids: [diffId] };
  const configuration = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs });
  const config = { mediaType: OCI_CONFIG, digest: digestOf(configuration), size: configuration.length };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] });
  return (request, response) => {
    const { url = '' } = request;
    if (url === '/v2/') return reply(response, 200, '{}');
    if (url.includes('/manifests/')) return reply(response, 200, manifest, { 'content-type': OCI_MANIFEST });
    if (url.endsWith(config.digest)) return reply(response, 200, configuration);
    return answerLayer(request, response);
  };
};

/** An image of one layer, which is as given. `answerLayer` answers the request for it. */
export const oneLayerImage = (layer: Layer, answerLayer: Answer): Answer =>
  image({ mediaType: OCI_LAYER, ...layer }, digestOf('x'), answerLayer);

/** An image of one layer: `blob`, of which digest and size are right, is said to be the archive `tar` after gzip. */
export const imageOfLayer = ({ tar, blob }: { readonly tar: Buffer; readonly blob: Buffer }): Answer => {
  const layer = { digest: digestOf(blob), size: blob.length, mediaType: `${OCI_LAYER}+gzip` };
  return image(layer, digestOf(tar), (_, response) => reply(response, 200, blob));
};
