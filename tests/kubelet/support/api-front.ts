import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { get as getSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { KUBELET } from './kubelet.ts';
import { listPods } from './node.ts';

/** What kubectl takes for an API server: it says that there are pods, and hands their requests on to the kubelet, as one does. */
export interface ApiFront {
  readonly url: string;
  close(): void;
}

const DISCOVERY: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] }],
  },
};

/** The kubelet has names of its own for a session's streams, and the container in the path. */
const STREAMS: Readonly<Record<string, string>> = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };
const VERBS: Readonly<Record<string, string>> = {
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
};

const queryOf = (query: URLSearchParams): string => {
  const pairs = [...query].flatMap(([key, value]): [string, string][] => {
    const stream = STREAMS[key];
    if (stream !== undefined) return value === 'true' ? [[stream, '1']] : [];
    return key === 'container' ? [] : [[key, value]];
  });
  return new URLSearchParams(pairs).toString();
};

const parse = ({ url = '' }: IncomingMessage) => {
  const { pathname, searchParams } = new URL(url, 'http://front');
  const [, pod = '', verb = ''] = /^\/api\/v1\/namespaces\/default\/pods\/([^/]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
  return { pathname, searchParams, pod, verb };
};

/** Where at the kubelet a request for a part of a pod goes. */
const kubeletPath = (request: IncomingMessage): string => {
  const { pod, verb, searchParams } = parse(request);
  const container = searchParams.get('container');
  const place = ['default', pod, ...(container === null ? [] : [container])].join('/');
  return `/${VERBS[verb] ?? verb}/${place}?${queryOf(searchParams)}`;
};

const podOf = async (name: string): Promise<object | undefined> => {
  const found = (await listPods()).find(({ metadata }) => metadata.name === name);
  return found && { kind: 'Pod', apiVersion: 'v1', ...found };
};

const say = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, pod, verb } = parse(request);
  if (verb === 'log') {
    getSecurely(`${KUBELET}${kubeletPath(request)}`, { rejectUnauthorized: false }, (log) => log.pipe(response));
    return;
  }
  const body = DISCOVERY[pathname] ?? (await podOf(pod));
  if (body !== undefined) return say(response, 200, body);
  say(response, 404, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 });
};

/** Byte for byte, but for the request line. */
const handOn = (request: IncomingMessage, client: Duplex, head: Buffer): void => {
  const { hostname, port } = new URL(KUBELET);
  const kubelet = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
  const { rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : []));
  kubelet.write([`${request.method ?? ''} ${kubeletPath(request)} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  kubelet.write(head);
  kubelet.pipe(client).pipe(kubelet);
  // A kubelet that has said everything may end with a reset, for what it did not read: the client still gets what was said.
  kubelet.on('error', () => client.end());
  client.on('error', () => kubelet.destroy());
};

export const startApiFront = async (): Promise<ApiFront> => {
  const server = createServer((request, response) => void answer(request, response));
  server.on('upgrade', handOn);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
