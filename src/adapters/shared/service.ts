import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Call, Engine } from '../../core/engine.ts';
import type { ContainerRecord } from '../../core/model/container.ts';
import type { SandboxRecord } from '../../core/model/sandbox.ts';
import type { Watch } from './instrument.ts';

export type CriVersion = 'v1' | 'v1alpha2';

/** One version of CRI, ready to be added to a gRPC server. */
export interface CriAdapter {
  readonly version: CriVersion;
  services(engine: Engine, watch: Watch): readonly GrpcService[];
}

/** What a gRPC server takes. */
export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** The message that an RPC of a generated service definition takes. */
export type RequestOf<Rpc> = Rpc extends { readonly requestDeserialize: (bytes: Buffer) => infer Message }
  ? Message
  : never;

/** What an RPC's serializer takes: the message, or what it makes the message's bytes from. */
export type ResponseOf<Rpc> = Rpc extends { readonly responseSerialize: (response: infer Response) => Buffer }
  ? Response
  : never;

/** Answers one RPC, or throws a JanusError. Server streams are iterated no faster than the client reads. */
export type Handler<Rpc> = Rpc extends { readonly responseStream: true }
  ? (request: RequestOf<Rpc>, call: Call) => AsyncIterable<ResponseOf<Rpc>>
  : (request: RequestOf<Rpc>, call: Call) => Promise<ResponseOf<Rpc>>;

/** A handler for each RPC of a service definition: one that is missing does not compile. */
export type Handlers<Service> = { readonly [Name in keyof Service]: Handler<Service[Name]> };

/** The lists that stay records until they are serialized (list-encoding.ts). */
interface RecordLists {
  readonly listPodSandbox: readonly SandboxRecord[];
  readonly listContainers: readonly ContainerRecord[];
}

type Answering<Rpc, Response> = Omit<Rpc, 'responseSerialize'> & {
  readonly responseSerialize: (response: Response) => Buffer;
};

/** A runtime service definition whose lists are serialized from records. */
export type WithRecordLists<Service> = {
  readonly [Name in keyof Service]: Name extends keyof RecordLists
    ? Answering<Service[Name], RecordLists[Name]>
    : Service[Name];
};
