// The claims about types are checked by tsc (npm run check:types); the names are checked here at run time.
import { expect, test } from 'vitest';
import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';
import { messageNames } from './schema.ts';
import type { SharedMessageName, V1alpha2Messages, V1Extends, V1Messages } from './shared-messages.ts';

type True<Claim extends true> = Claim;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** Does not compile if one message of v1 stops extending its v1alpha2 namesake, or loses it. */
export type Proofs = [
  True<V1Extends[SharedMessageName]>,
  True<'PodSandboxStatus' extends SharedMessageName ? true : false>,
  True<[Exclude<keyof V1alpha2Messages, SharedMessageName>] extends [never] ? true : false>,
  True<true extends { [K in SharedMessageName]: IsAny<V1Messages[K]> }[SharedMessageName] ? false : true>,
  True<v1alpha2.KeyValue['value'] extends Uint8Array ? true : false>,
  True<v1.KeyValue['value'] extends Uint8Array ? true : false>,
];

export type Refutations = [
  // @ts-expect-error RuntimeHandler exists in v1 only.
  V1Extends['RuntimeHandler'],
  // @ts-expect-error The other direction fails: v1alpha2's Mount lacks what v1 added.
  True<v1alpha2.Mount extends v1.Mount ? true : false>,
];

const codecNames = (module: object) =>
  Object.entries(module)
    .filter(([, member]) => typeof member === 'object' && member !== null && 'decode' in member)
    .map(([name]) => name)
    // ts-proto also exports a codec for the entries of each map.
    .filter((name) => !/_\w+Entry$/.test(name))
    .sort();

test.each([
  ['v1alpha2', v1alpha2],
  ['v1', v1],
] as const)('%s: the generated messages are those of the proto', (version, module) => {
  expect(codecNames(module)).toEqual(messageNames(version).sort());
});

test('every v1alpha2 message has a v1 namesake', () => {
  expect(codecNames(v1)).toEqual(expect.arrayContaining(codecNames(v1alpha2)));
});
