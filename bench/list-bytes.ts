import { Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { RuntimeServiceService } from '../src/adapters/v1/generated/api.ts';
import { type EngineAccess, STALLED_MS } from './contestant.ts';

/** A list that is called as the kubelet calls it, and whose answer is taken as it comes. */
export interface ListBytes {
  /** The whole answer, not decoded. */
  readonly call: () => Promise<Buffer>;
  /** How many entries an answer has. */
  readonly count: (answer: Buffer) => number;
}

const listBytes = <Q, A>(
  { cri: { streams } }: EngineAccess,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Q, A>,
  request: Q,
  entries: (answer: A) => readonly unknown[],
): ListBytes => ({
  call: () =>
    new Promise((resolve, reject) => {
      const asItComes = (bytes: Buffer): Buffer => bytes;
      const limit = { deadline: Date.now() + STALLED_MS };
      streams.makeUnaryRequest(path, requestSerialize, asItComes, request, new Metadata(), limit, (error, answer) =>
        answer === undefined ? reject(error ?? new Error(`${path}: no answer`)) : resolve(answer),
      );
    }),
  count: (answer) => entries(responseDeserialize(answer)).length,
});

/** The lists that a kubelet polls. */
export const listsAsBytes = (
  engine: EngineAccess,
): Readonly<Record<'ListPodSandbox' | 'ListContainers', ListBytes>> => ({
  ListPodSandbox: listBytes(engine, RuntimeServiceService.listPodSandbox, { filter: undefined }, ({ items }) => items),
  ListContainers: listBytes(
    engine,
    RuntimeServiceService.listContainers,
    { filter: undefined },
    ({ containers }) => containers,
  ),
});
