import { type CallOptions, type Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../src/adapters/v1alpha2/generated/api.ts';

type Done = (error: ServiceError | null, response: unknown) => void;
type Unary = (request: unknown, metadata: Metadata, options: Partial<CallOptions>, done: Done) => unknown;
type Callback<S> = (error: ServiceError | null, response: S) => void;
type Codec = { fromPartial(partial: object): unknown };

/** The longest of a generated method's overloads: the one that types are inferred from. */
type Method<R, S> = (request: R, metadata: Metadata, options: Partial<CallOptions>, callback: Callback<S>) => unknown;

/** A generated client with promises; what a request leaves out has its default. */
type Promised<C> = {
  readonly [K in keyof C as C[K] extends Method<infer _R, infer _S> ? K : never]: C[K] extends Method<infer R, infer S>
    ? (request: v1.DeepPartial<R>, options?: Partial<CallOptions>) => Promise<S>
    : never;
};

const capitalized = (name: string): string => `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;

/** `messages` is the generated module: the codec of a method's request has the method's name. `limit`: milliseconds that a call may take. */
const promised = <C extends Client>(client: C, messages: object, limit = Number.POSITIVE_INFINITY): Promised<C> =>
  new Proxy(client, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as Unary;
      const codec = Reflect.get(messages, `${capitalized(String(name))}Request`) as Codec;
      return (request: object, callOptions: Partial<CallOptions> = {}) =>
        new Promise((resolve, reject) => {
          const timely = { deadline: Date.now() + limit, ...callOptions };
          method.call(target, codec.fromPartial(request), new Metadata(), timely, (error, response) =>
            error === null ? resolve(response) : reject(error),
          );
        });
    },
  }) as unknown as Promised<C>;

const options = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  // Daemons come back soon.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 200,
};

/** Clients of one CRI version on one socket; `limit`: milliseconds that a call may take, default: for ever. */
export const connectV1 = (socket: string, limit?: number) => {
  const address = `unix:${socket}`;
  const runtime = new v1.RuntimeServiceClient(address, credentials.createInsecure(), options);
  const images = new v1.ImageServiceClient(address, credentials.createInsecure(), options);
  return {
    version: 'v1' as const,
    runtime: promised(runtime, v1, limit),
    images: promised(images, v1, limit),
    streams: runtime,
    close: () => {
      runtime.close();
      images.close();
    },
  };
};

export const connectV1alpha2 = (socket: string) => {
  const address = `unix:${socket}`;
  const runtime = new v1alpha2.RuntimeServiceClient(address, credentials.createInsecure(), options);
  const images = new v1alpha2.ImageServiceClient(address, credentials.createInsecure(), options);
  return {
    version: 'v1alpha2' as const,
    runtime: promised(runtime, v1alpha2),
    images: promised(images, v1alpha2),
    close: () => {
      runtime.close();
      images.close();
    },
  };
};

export type ClientV1 = ReturnType<typeof connectV1>;
export type ClientV1alpha2 = ReturnType<typeof connectV1alpha2>;

/** The older version first. */
export type BothClients = readonly [ClientV1alpha2, ClientV1];
export const connectBoth = (socket: string): BothClients => [connectV1alpha2(socket), connectV1(socket)];
