import type { StreamAcceptor } from '../spdy/connection.ts';
import type { Headers } from '../spdy/frames.ts';
import type { SpdyStream } from '../spdy/stream.ts';
import { isPort } from '../tickets.ts';
import type { ForwardStreams } from './forward.ts';

export interface PairOptions {
  /** Connections at once, those that wait for their second stream among them. */
  readonly maxConnections: number;
  /** In which the second stream must have come, in ms. */
  readonly creationTimeout: number;
  /** Both streams of a connection to `port` are there; resolves when it has ended. */
  readonly paired: (port: number, streams: ForwardStreams) => Promise<void>;
}

export interface Pairs {
  readonly acceptor: StreamAcceptor;
  /** Stops the timers of the connections that are still incomplete, and resolves when the others have ended. */
  settle(): Promise<void>;
}

interface Half {
  readonly role: Role;
  readonly stream: SpdyStream;
  readonly expiry: NodeJS.Timeout;
}

type Role = 'data' | 'error';

/** Puts the streams of a client together in twos: data and error, joined by their request id. */
export const createPairs = ({ maxConnections, creationTimeout, paired }: PairOptions): Pairs => {
  const halves = new Map<string, Half>();
  const carried = new Set<Promise<void>>();
  let connections = 0;

  const admits = (headers: Headers, id: number): boolean => {
    const role = roleOf(headers);
    if (!role || !isPort(portOf(headers))) return false;
    const half = halves.get(requestIdOf(headers, id));
    return half ? half.role !== role : connections < maxConnections;
  };
  const expire = (requestId: string): void => {
    const half = halves.get(requestId);
    halves.delete(requestId);
    connections--;
    if (half?.role === 'error') half.stream.duplex.end('timed out waiting for the data stream');
    else half?.stream.duplex.destroy();
  };
  const opened = (stream: SpdyStream): void => {
    const { headers, id, duplex } = stream;
    const role = roleOf(headers) ?? 'error';
    const requestId = requestIdOf(headers, id);
    const half = halves.get(requestId);
    if (!half) {
      connections++;
      const expiry = setTimeout(() => expire(requestId), creationTimeout);
      halves.set(requestId, { role, stream, expiry });
      return;
    }
    clearTimeout(half.expiry);
    halves.delete(requestId);
    const other = half.stream.duplex;
    const streams = role === 'data' ? { data: duplex, error: other } : { data: other, error: duplex };
    const connection = paired(portOf(headers), streams).finally(() => {
      connections--;
      carried.delete(connection);
    });
    carried.add(connection);
  };
  const settle = async (): Promise<void> => {
    for (const { expiry } of halves.values()) clearTimeout(expiry);
    halves.clear();
    await Promise.all(carried);
  };
  return { acceptor: { admits, opened }, settle };
};

const roleOf = (headers: Headers): Role | undefined => {
  const role = headers.get('streamtype');
  return role === 'data' || role === 'error' ? role : undefined;
};

const portOf = (headers: Headers): number => {
  const port = headers.get('port') ?? '';
  return /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
};

/** Clients from before request ids open the error stream and then the data stream, so that their ids are two apart. */
const requestIdOf = (headers: Headers, id: number): string =>
  headers.get('requestid') || `stream ${roleOf(headers) === 'data' ? id - 2 : id}`;
