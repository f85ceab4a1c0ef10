/**
 * Keeps a grpc-js server from answering streams that have ended before it hears of them.
 *
 * Node announces a stream a tick after its HEADERS. What a session reads through JavaScript, as all that the front hands
 * it, is parsed in one go, so a reset or a connection error right behind the HEADERS comes first. grpc-js answers a wrong
 * content type or path without looking, which then throws out of an event and would end the process.
 */
import { EventEmitter } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';

const isGone = (stream: ServerHttp2Stream): boolean => stream.destroyed || stream.closed;

const guard = (http2Server: EventEmitter): void => {
  const listeners = http2Server.listeners('stream');
  http2Server.removeAllListeners('stream');
  http2Server.on('stream', (stream: ServerHttp2Stream, ...rest: unknown[]) => {
    // The reset is reported on the stream itself too.
    if (isGone(stream)) stream.on('error', () => {});
    else for (const listener of listeners) listener.call(http2Server, stream, ...rest);
  });
};

/**
 * For a `Server` of grpc-js, after its connection injector has been made and once. Throws if the server has changed so
 * that its HTTP/2 servers are not found: there is no public way to them.
 */
export const ignoreGoneStreams = (grpcServer: object): void => {
  const http2Servers: unknown = Reflect.get(grpcServer, 'http2Servers');
  const keys: unknown[] = http2Servers instanceof Map ? [...http2Servers.keys()] : [];
  const found = keys.filter((key): key is EventEmitter => key instanceof EventEmitter);
  if (found.length === 0) throw new Error('this grpc-js has no http2Servers');
  for (const http2Server of found) guard(http2Server);
};
