import type { Duplex } from 'node:stream';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { GrpcService } from '../adapters/shared/service.ts';
import { ignoreGoneStreams } from './http2-front/gone-streams.ts';
import { sendKeptFrames } from './kept-frames.ts';

/** Bytes of one message, each way; what containerd allows, and kubelets expect. */
const MAX_MESSAGE = 16 * 1024 * 1024;

const KEEPALIVE_MS = 60_000;

export interface GrpcServer {
  /** Serves HTTP/2 on an accepted connection. */
  inject(connection: Duplex): void;
  /** Takes no new calls; those under way have `graceMs` before their connections are cut. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

/**
 * Serves gRPC on connections that are handed in: who listens, and what is done to the bytes first, is not its concern.
 * Methods that no service has answer UNIMPLEMENTED.
 */
export const grpcServer = (services: readonly GrpcService[]): GrpcServer => {
  sendKeptFrames();
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
    // Ends connections whose client is gone; Node 20 keeps a session that it closed itself until then.
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    // Bookkeeping of each call for a debugging service that is not served.
    'grpc.enable_channelz': 0,
  });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  ignoreGoneStreams(server);
  return {
    inject: (connection) => injector.injectConnection(connection),
    close: ({ graceMs }) =>
      new Promise((resolve, reject) => {
        // forceShutdown knows only the sessions that channelz counts; the injector knows all of them.
        const cut = setTimeout(() => injector.drain(0), graceMs);
        server.tryShutdown((error) => {
          clearTimeout(cut);
          if (error === undefined) resolve();
          else reject(error);
        });
      }),
  };
};
