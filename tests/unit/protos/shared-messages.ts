import type * as v1 from '../../../src/adapters/v1/generated/api.ts';
import type * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';

/** The message types of a generated module, by name; found by their codecs. */
export type Messages<Module> = {
  [K in keyof Module as Module[K] extends { decode(input: Uint8Array): unknown } ? K : never]: Module[K] extends {
    decode(input: Uint8Array): infer Message;
  }
    ? Message
    : never;
};

export type V1alpha2Messages = Messages<typeof v1alpha2>;
export type V1Messages = Messages<typeof v1>;
export type SharedMessageName = keyof V1alpha2Messages & keyof V1Messages;

/** For each message of both versions: true if a v1 message serves wherever a v1alpha2 one is expected, else its name. */
export type V1Extends = {
  [K in SharedMessageName]: V1Messages[K] extends V1alpha2Messages[K] ? true : K;
};
