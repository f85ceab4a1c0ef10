import { once } from 'node:events';
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Call } from '../../core/engine.ts';
import { Invocation, type Watch } from './instrument.ts';
import type { RpcIdentity } from './rpc-identity.ts';
import type { Handlers } from './service.ts';
import { wireStatus } from './status.ts';

interface Rpc {
  readonly path: string;
  readonly responseStream: boolean;
}

type Unary = (request: unknown, call: Call) => Promise<unknown>;
type ServerStream = (request: unknown, call: Call) => AsyncIterable<unknown>;

const unary =
  (rpc: RpcIdentity, handler: Unary, watch: Watch) =>
  async (call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>): Promise<void> => {
    const invocation = new Invocation(rpc, call, watch);
    try {
      const response = await invocation.within(() => handler(call.request, invocation));
      respond(null, response);
      invocation.succeeded(response);
    } catch (error) {
      respond(wireStatus(error));
      invocation.failed(error);
    }
  };

/** Writes at the client's pace; leaves the iterator, and so lets it clean up, once the client has gone. */
const pump = async (
  messages: AsyncIterable<unknown>,
  call: ServerWritableStream<unknown, unknown>,
  signal: AbortSignal,
): Promise<void> => {
  for await (const message of messages) {
    signal.throwIfAborted();
    if (!call.write(message)) await drained(call, signal);
  }
  signal.throwIfAborted();
};

const drained = async (call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> => {
  try {
    await once(call, 'drain', { signal });
  } finally {
    signal.throwIfAborted();
  }
};

const serverStream =
  (rpc: RpcIdentity, handler: ServerStream, watch: Watch) =>
  async (call: ServerWritableStream<unknown, unknown>): Promise<void> => {
    const invocation = new Invocation(rpc, call, watch);
    try {
      const { signal } = invocation;
      await invocation.within(() => pump(handler(call.request, { signal }), call, signal));
      call.end();
      invocation.succeeded(undefined);
    } catch (error) {
      // The way to end a server stream with a status: grpc-js takes code and details from the error.
      call.emit('error', wireStatus(error));
      invocation.failed(error);
    }
  };

/** grpc-js waits for no promise; the handlers settle every failure themselves. */
const inBackground =
  <Parameters extends readonly unknown[]>(handle: (...parameters: Parameters) => Promise<void>) =>
  (...parameters: Parameters): void =>
    void handle(...parameters);

/** The implementation that grpc-js takes, of handlers that know nothing of grpc-js. */
export const implement = <Service extends Readonly<Record<string, Rpc>>>(
  definition: Service,
  handlers: Handlers<Service>,
  { version, watch }: { readonly version: string; readonly watch: Watch },
): UntypedServiceImplementation => {
  const implementation: UntypedServiceImplementation = {};
  for (const [name, { path, responseStream }] of Object.entries(definition)) {
    const [, service = '', method = ''] = path.split('/');
    const rpc = { version, service, method, stream: responseStream };
    const handler: unknown = Reflect.get(handlers, name);
    implementation[name] = responseStream
      ? inBackground(serverStream(rpc, handler as ServerStream, watch))
      : inBackground(unary(rpc, handler as Unary, watch));
  }
  return implementation;
};
