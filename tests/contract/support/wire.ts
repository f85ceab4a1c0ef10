import { Client, credentials, type ServiceError, type status } from '@grpc/grpc-js';
import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';
import type { Version } from './versions.ts';

export type Service = 'runtime' | 'images';

/** An RPC of a generated service definition, its messages told apart by nothing but the name. */
export interface Rpc {
  readonly path: string;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: object) => Buffer;
  readonly responseSerialize: (message: object) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => object;
}

type Definition = Readonly<Record<string, Rpc>>;
type Codecs = Readonly<Record<string, { fromPartial(partial: object): object }>>;

export const definitions = {
  v1: { runtime: v1.RuntimeServiceService, images: v1.ImageServiceService },
  v1alpha2: { runtime: v1alpha2.RuntimeServiceService, images: v1alpha2.ImageServiceService },
} as unknown as Readonly<Record<Version, Readonly<Record<Service, Definition>>>>;

const codecs = { v1, v1alpha2 } as unknown as Readonly<Record<Version, Codecs>>;

export interface RpcName {
  readonly service: Service;
  /** As in the generated definition: `listPodSandbox`. */
  readonly name: string;
}

export const rpcOf = (version: Version, { service, name }: RpcName): Rpc => {
  const rpc = definitions[version][service][name];
  if (rpc === undefined) throw new Error(`${version} has no ${name}`);
  return rpc;
};

const requestBytes = (version: Version, rpc: RpcName, fields: object): Buffer => {
  const codec = codecs[version][`${rpc.name[0]?.toUpperCase()}${rpc.name.slice(1)}Request`];
  if (codec === undefined) throw new Error(`${version} has no request of ${rpc.name}`);
  return rpcOf(version, rpc).requestSerialize(codec.fromPartial(fields));
};

export interface Refused {
  readonly code: status;
  readonly details: string;
}

/** A client below the generated ones: it gives the very bytes of an answer. */
export interface Wire {
  /** `fields`: what differs from the request's defaults. Rejects with grpc-js' ServiceError. */
  ask(version: Version, rpc: RpcName, fields: object): Promise<Buffer>;
  /** How a call that must fail does. */
  refusal(version: Version, rpc: RpcName, fields: object): Promise<Refused>;
  /** Any path, with an empty request; as a unary call, also where the answer would be a stream. */
  call(path: string): Promise<Buffer>;
  close(): void;
}

const asIs = (bytes: Buffer): Buffer => bytes;

export const connectWire = (socket: string): Wire => {
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  const send = (path: string, request: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, asIs, asIs, request, (error: ServiceError | null, bytes?: Buffer) =>
        error === null ? resolve(bytes ?? Buffer.alloc(0)) : reject(error),
      );
    });
  const ask: Wire['ask'] = (version, rpc, fields) => send(rpcOf(version, rpc).path, requestBytes(version, rpc, fields));
  return {
    ask,
    refusal: (version, rpc, fields) =>
      ask(version, rpc, fields).then(
        () => Promise.reject(new Error(`${rpc.name} over ${version} was not refused`)),
        ({ code, details }: ServiceError) => ({ code, details }),
      ),
    call: (path) => send(path, Buffer.alloc(0)),
    close: () => client.close(),
  };
};

/** What v1alpha2 knows of an answer, whichever version it came over. */
export const known = (rpc: RpcName, bytes: Buffer): object => rpcOf('v1alpha2', rpc).responseDeserialize(bytes);

/** The bytes again, without those of fields that v1alpha2 does not have. */
export const knownBytes = (rpc: RpcName, bytes: Buffer): Buffer =>
  rpcOf('v1alpha2', rpc).responseSerialize(known(rpc, bytes));
