import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** What is answered to a request that does not become a session. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 503;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a token is redeemed. */
export const streamPath = (kind: string, token: string): string => `/${kind}/${token}`;

/** Undefined for a path that is none of ours; the query has no meaning here. */
export const parseStreamPath = (url = ''): { readonly kind: string; readonly token: string } | undefined => {
  const [, kind, token] = /^\/(exec|attach|portforward)\/([A-Za-z0-9_-]+)(?:\?.*)?$/.exec(url) ?? [];
  return kind && token ? { kind, token } : undefined;
};

/** Names of a comma separated header, which node has joined when it was repeated. */
export const headerList = (request: IncomingMessage, name: string): readonly string[] =>
  [request.headers[name]]
    .flat()
    .flatMap((value) => value?.split(',') ?? [])
    .map((value) => value.trim())
    .filter((value) => value !== '');

/** The client's first choice that is supported. */
export const negotiate = (offered: readonly string[], supported: readonly string[]): string | undefined =>
  offered.find((protocol) => supported.includes(protocol));

/** Answers on the raw socket of an upgrade request, and closes it. */
export const refuseUpgrade = (socket: Duplex, { status, message, headers = {} }: Refusal): void => {
  const body = `${message}\n`;
  const all = {
    Connection: 'close',
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  };
  socket.end(head(status, all) + body, () => socket.destroy());
};

export const switchProtocols = (socket: Duplex, headers: Readonly<Record<string, string>>): void => {
  socket.write(head(101, { Connection: 'Upgrade', ...headers }));
};

const head = (status: number, headers: Readonly<Record<string, string | number>>): string => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`;
};
