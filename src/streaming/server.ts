import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Logger, silent } from '../core/ports/logger.ts';
import { baseUrlOf, checkAddress } from './address.ts';
import type { AttachRequest, ExecRequest, StreamingBackend } from './backend.ts';
import { type DispatchOptions, dispatch } from './dispatch.ts';
import { parseStreamPath, type Refusal, refuseUpgrade, streamPath } from './http.ts';
import { createSessions } from './sessions.ts';
import { attachTicket, execTicket, type PortForwardRequest, portForwardTicket, type Ticket } from './tickets.ts';
import { createTokens } from './tokens.ts';
import { SessionEnded } from './wire.ts';

/** Numbers that bound what clients can take. */
export interface StreamingLimits {
  /** URLs that wait to be used. */
  readonly waitingRequests: number;
  /** How long a URL can be used, in ms. */
  readonly requestLifetime: number;
  readonly sessions: number;
  /** Connections of one port-forward session at once. */
  readonly maxConnections: number;
  /** Bytes of a WebSocket message. */
  readonly maxMessage: number;
  /** In ms. */
  readonly pingInterval: number;
}

export const defaultStreamingLimits: StreamingLimits = {
  waitingRequests: 1000,
  requestLifetime: 60_000,
  sessions: 1000,
  maxConnections: 256,
  maxMessage: 4 * 1024 * 1024,
  pingInterval: 30_000,
};

/** PEM texts. With `ca` and `requestCert` clients have to show a certificate. */
export interface StreamingTls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly ca?: string | Buffer;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

export interface StreamingServerOptions {
  readonly backend: StreamingBackend;
  /** An IP address or `localhost`; without TLS it must be a loopback address. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls?: StreamingTls | undefined;
  /** A session without a sign of life ends after this, in ms. Four hours by default. */
  readonly idleTimeout?: number | undefined;
  /** In which a client must have opened its streams, in ms. 30 seconds by default. */
  readonly creationTimeout?: number | undefined;
  /** Origin of the URLs handed out, when clients reach this server under another address. */
  readonly baseUrl?: string | undefined;
  readonly limits?: Partial<StreamingLimits> | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * Serves CRI's Exec, Attach and PortForward. The URLs are good for one use. They throw `invalid-argument` for a request
 * that breaks a rule, and `resource-exhausted` when too many wait.
 */
export interface StreamingServer {
  listen(): Promise<void>;
  /** Ends all sessions, telling their clients, and resolves when the last connection is closed. */
  close(): Promise<void>;
  execUrl(request: ExecRequest): string;
  attachUrl(request: AttachRequest): string;
  portForwardUrl(request: PortForwardRequest): string;
  /** Sessions under way. */
  sessions(): number;
}

const HOUR = 3_600_000;

const httpOptions: ServerOptions = {
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
};

export const createStreamingServer = (options: StreamingServerOptions): StreamingServer => {
  checkAddress(options.address, { encrypted: options.tls !== undefined });
  const limits = { ...defaultStreamingLimits, ...options.limits };
  const logger = options.logger ?? silent;
  const tokens = createTokens<Ticket>({ capacity: limits.waitingRequests, lifetime: limits.requestLifetime });
  const { backend, creationTimeout = 30_000, idleTimeout = 4 * HOUR } = options;
  const sessions = createSessions({ backend, logger, idleTimeout, pingInterval: limits.pingInterval });
  let baseUrl: URL | undefined;

  const redeem = (url: string | undefined): Ticket | undefined => {
    const path = parseStreamPath(url);
    const ticket = path && tokens.redeem(path.token);
    return ticket?.kind === path?.kind ? ticket : undefined;
  };
  const serveUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): Refusal | undefined => {
    if (request.method !== 'GET' && request.method !== 'POST') return { status: 405, message: 'use GET or POST' };
    if (sessions.count >= limits.sessions) return { status: 503, message: 'too many sessions' };
    const ticket = redeem(request.url);
    if (!ticket) return notFound;
    const begin: DispatchOptions['begin'] = (open) => sessions.begin(ticket, open);
    return dispatch(ticket, { request, socket, head }, { ...limits, backend, creationTimeout, begin });
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => undefined);
    const refusal = serveUpgrade(request, socket, head);
    if (refusal) refuseUpgrade(socket, refusal);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { status, message } = redeem(request.url) ? upgradeRequired : notFound;
    response.writeHead(status, { 'Content-Type': 'text/plain', Connection: 'close' }).end(`${message}\n`);
  };

  const server = options.tls
    ? createTlsServer({ ...httpOptions, ...options.tls, ALPNProtocols: ['http/1.1'] })
    : createServer(httpOptions);
  server.on('upgrade', onUpgrade).on('request', onRequest);

  const urlFor = (ticket: Ticket): string => {
    if (!baseUrl) throw new Error('the streaming server does not listen');
    return new URL(streamPath(ticket.kind, tokens.issue(ticket)), baseUrl).href;
  };
  return {
    listen: async () => {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen({ host: options.address, port: options.port }, resolve);
      });
      baseUrl = baseUrlOf(server.address(), options);
      logger.info('streaming server listens', { url: baseUrl.origin });
    },
    close: async () => {
      tokens.clear();
      const closed = new Promise((resolve) => server.close(resolve));
      await sessions.end(new SessionEnded('the streaming server is closing'));
      server.closeAllConnections();
      await closed;
    },
    execUrl: (request) => urlFor(execTicket(request)),
    attachUrl: (request) => urlFor(attachTicket(request)),
    portForwardUrl: (request) => urlFor(portForwardTicket(request)),
    sessions: () => sessions.count,
  };
};

const notFound: Refusal = { status: 404, message: 'no such session, or its URL has been used or is too old' };
const upgradeRequired: Refusal = { status: 400, message: 'an upgrade to SPDY/3.1 or websocket is required' };
