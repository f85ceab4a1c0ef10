import { BaseServerInterceptingCall } from '@grpc/grpc-js/build/src/server-interceptors.js';
import { frameOf } from '../adapters/shared/framed-message.ts';

/** What grpc-js calls for each answer, with its own call for `this`. */
interface AnsweringCall {
  readonly handler: { readonly serialize: (answer: unknown) => Buffer };
}

const METHOD = 'serializeMessage';

/**
 * Makes the servers of grpc-js send a message that is kept with its frame as it is, where they copy each into a new buffer. Lists are such messages, 222 KB for
 * 500 containers: the copies counted against the heap, which was collected as a whole for each 60 lists, and the slowest in a hundred took 21 ms. Throws if
 * grpc-js has changed so that its method is not found: there is no public way to it.
 */
export const sendKeptFrames = (): void => {
  const call: object = BaseServerInterceptingCall.prototype;
  if (typeof Reflect.get(call, METHOD) !== 'function') throw new Error(`this grpc-js has no ${METHOD}`);
  Reflect.set(call, METHOD, function (this: AnsweringCall, answer: unknown): Buffer {
    return frameOf(this.handler.serialize(answer));
  });
};
