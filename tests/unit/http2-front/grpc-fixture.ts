/** A grpc-js server behind the front, on a unix socket of its own, and clients for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { createFront, type Front, type FrontOptions } from '../../../src/server/http2-front/front.ts';
import { ignoreGoneStreams } from '../../../src/server/http2-front/gone-streams.ts';
import { handshake, message } from './raw-client.ts';

export const METHOD = '/t.T/Echo';
const MOST = 16 * 1024 * 1024;
const same = (bytes: Buffer): Buffer => bytes;

export interface Fixture {
  readonly path: string;
  readonly front: Front;
  /** How each connection reached the server. */
  readonly injected: ('direct' | 'rewritten')[];
  readonly errors: string[];
  /** The request bytes again. */
  echo(client: Client, message: Buffer, metadata?: Metadata): Promise<Buffer>;
  client(authority: string): Client;
  stop(): Promise<void>;
}

const startServer = (): Server => {
  const server = new Server({ 'grpc.max_receive_message_length': MOST, 'grpc.max_send_message_length': MOST });
  const definition = {
    path: METHOD,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  } as const;
  server.addService(
    { Echo: definition },
    {
      Echo: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        call.sendMetadata(call.metadata);
        done(null, call.request);
      },
    },
  );
  return server;
};

export const startFixture = async (options: Partial<FrontOptions> = {}): Promise<Fixture> => {
  const directory = mkdtempSync(join(tmpdir(), 'http2-front-'));
  const path = join(directory, 'janus.sock');
  const server = startServer();
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  ignoreGoneStreams(server);
  const injected: Fixture['injected'] = [];
  const errors: string[] = [];
  const clients: Client[] = [];
  const front = createFront({
    inject: (connection) => {
      injected.push(connection instanceof Socket ? 'direct' : 'rewritten');
      injector.injectConnection(connection);
    },
    onError: (error) => errors.push(error.message),
    ...options,
  });
  await new Promise<void>((resolve) => front.server.listen(path, resolve));

  return {
    path,
    front,
    injected,
    errors,
    client(authority) {
      const client = new Client(`unix:${path}`, credentials.createInsecure(), {
        'grpc.default_authority': authority,
        'grpc.max_receive_message_length': MOST,
        'grpc.use_local_subchannel_pool': 1,
      });
      clients.push(client);
      return client;
    },
    echo: (client, message, metadata) =>
      new Promise((resolve, reject) => {
        const done = (error: Error | null, reply?: Buffer): void =>
          reply === undefined ? reject(error ?? new Error('no reply')) : resolve(reply);
        if (metadata) client.makeUnaryRequest(METHOD, same, same, message, metadata, done);
        else client.makeUnaryRequest(METHOD, same, same, message, done);
      }),
    async stop() {
      for (const client of clients) client.close();
      const closed = front.close();
      server.forceShutdown();
      await closed;
      rmSync(directory, { recursive: true });
    },
  };
};

/** Whether a new client is served. */
export const echoes = async ({ path }: Fixture, authority = '/run/x.sock'): Promise<boolean> => {
  const client = await handshake(path);
  const { data } = await client.request(authority, message(Buffer.from('still here')));
  client.socket.destroy();
  await client.closed;
  return data.includes('still here');
};
const connections = ({ front }: Fixture): Promise<number> =>
  new Promise((resolve, reject) =>
    front.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
/** Waits until the server has no connection left. */
export const allGone = async (from: Fixture): Promise<void> => {
  while ((await connections(from)) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};
