import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, type ClientOptions, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describe as describeProtos } from '../../../scripts/lib/describe.mjs';
import {
  type HealthCheckResponse,
  HealthClient,
  HealthCheckResponse_ServingStatus as State,
} from '../../../src/adapters/grpc/generated/health.ts';
import {
  ServerReflectionClient,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '../../../src/adapters/grpc/generated/reflection.ts';
import { createHealth } from '../../../src/adapters/grpc/health.ts';
import { createReflection, serviceNames } from '../../../src/adapters/grpc/reflection.ts';
import { createClients } from '../../../src/adapters/node/clients.ts';
import { NodeClient, type StatusResponse } from '../../../src/adapters/node/generated/node.ts';
import { createNodeService } from '../../../src/adapters/node/index.ts';
import { adapter as v1 } from '../../../src/adapters/v1/index.ts';
import { adapter as v1alpha2 } from '../../../src/adapters/v1alpha2/index.ts';
import { silent } from '../../../src/core/ports/logger.ts';
import { grpcServer } from '../../../src/server/grpc-server.ts';
import { fakeEngine } from '../adapters/fake-engine.ts';

const protos = new URL('../../../protos', import.meta.url).pathname;
const RUNTIME = { v1: 'runtime.v1.RuntimeService', v1alpha2: 'runtime.v1alpha2.RuntimeService' };

const serve = async (adapters: readonly (typeof v1)[]) => {
  const { engine } = fakeEngine();
  const clients = createClients();
  const watch = { logger: silent, onFinished: clients.heard };
  const facts = {
    startedAt: 1000,
    criVersions: adapters.map(({ version }) => version),
    settings: [{ key: 'graph', value: '/g', source: 'file' }],
    clients: clients.list,
    processes: () => 4,
  };
  const services = [
    ...adapters.flatMap((adapter) => adapter.services(engine, watch)),
    createNodeService(engine, facts, watch),
  ];
  const health = createHealth(serviceNames(services), watch);
  const reflection = createReflection([...services, health], describeProtos(protos, { withV1: true }));
  const grpc = grpcServer([...services, health, ...reflection]);
  const directory = mkdtempSync(join(tmpdir(), 'janus-services-'));
  const listener = createServer((socket) => grpc.inject(socket));
  await new Promise<void>((resolve) => listener.listen(join(directory, 's'), resolve));
  return { grpc, health, listener, directory, address: `unix:${join(directory, 's')}` };
};

let both: Awaited<ReturnType<typeof serve>>;
let old: Awaited<ReturnType<typeof serve>>;
const open: Client[] = [];
const connect = <C extends Client>(
  Made: new (address: string, credential: ReturnType<typeof credentials.createInsecure>, options?: ClientOptions) => C,
  { address }: { address: string },
): C => {
  const client = new Made(address, credentials.createInsecure());
  open.push(client);
  return client;
};

beforeAll(async () => {
  both = await serve([v1alpha2, v1]);
  old = await serve([v1alpha2]);
});
afterAll(async () => {
  for (const client of open) client.close();
  for (const { grpc, listener, directory } of [both, old]) {
    listener.close();
    await grpc.close({ graceMs: 0 });
    rmSync(directory, { recursive: true, force: true });
  }
});

const reflect = (
  where: { address: string },
  messageRequest: ServerReflectionRequest['messageRequest'],
): Promise<ServerReflectionResponse['messageResponse']> =>
  new Promise((resolve, reject) => {
    const call = connect(ServerReflectionClient, where).serverReflectionInfo();
    call.on('data', ({ messageResponse }: ServerReflectionResponse) => {
      resolve(messageResponse);
      call.end();
    });
    call.on('error', reject);
    call.write({ host: '', messageRequest });
  });

const listed = async (where: { address: string }): Promise<readonly string[]> => {
  const answer = await reflect(where, { $case: 'listServices', value: '*' });
  return answer?.$case === 'listServicesResponse' ? answer.value.service.map(({ name }) => name) : [];
};

const check = (where: { address: string }, service: string): Promise<HealthCheckResponse> =>
  new Promise((resolve, reject) => {
    connect(HealthClient, where).check({ service }, (error: ServiceError | null, response) =>
      error === null ? resolve(response) : reject(error),
    );
  });

test('reflection lists both versions of CRI, and v1 only when it is served', async () => {
  expect(await listed(both)).toEqual(
    expect.arrayContaining([RUNTIME.v1, RUNTIME.v1alpha2, 'janus.v1.Node', 'grpc.health.v1.Health']),
  );
  expect(await listed(old)).toContain(RUNTIME.v1alpha2);
  expect((await listed(old)).filter((name) => name.startsWith('runtime.v1.'))).toEqual([]);
});

test('the file of a symbol is its proto, and that of v1 is not told when v1 is not served', async () => {
  const symbol = { $case: 'fileContainingSymbol', value: 'runtime.v1.RuntimeService.RunPodSandbox' } as const;
  const answer = await reflect(both, symbol);
  const [bytes = Buffer.alloc(0)] = answer?.$case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : [];
  const file = descriptor.FileDescriptorProto.decode(bytes) as protobuf.Message & { package?: string };
  expect(file).toMatchObject({ name: 'v1/api.proto', package: 'runtime.v1', syntax: 'proto3' });
  expect(await reflect(old, symbol)).toMatchObject({ $case: 'errorResponse', value: { errorCode: status.NOT_FOUND } });
  expect(await reflect(old, { $case: 'fileByFilename', value: 'v1/api.proto' })).toMatchObject({
    $case: 'errorResponse',
  });
  expect(await reflect(old, undefined)).toMatchObject({ value: { errorCode: status.INVALID_ARGUMENT } });
});

test('health is of the server and of each service that it has', async () => {
  expect(await check(both, '')).toEqual({ status: State.SERVING });
  expect(await check(both, RUNTIME.v1)).toEqual({ status: State.SERVING });
  await expect(check(old, RUNTIME.v1)).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test('who watches health is told when the daemon stops', async () => {
  const states: number[] = [];
  const call = connect(HealthClient, old).watch({ service: '' });
  const over = new Promise((resolve) => call.on('end', resolve));
  call.on('data', ({ status: state }: HealthCheckResponse) => {
    states.push(state);
    old.health.stop();
  });
  call.on('error', () => undefined);
  await over;
  expect(states).toEqual([State.SERVING, State.NOT_SERVING]);
});

test("Janus' own API says what is under way and who calls", async () => {
  await check(both, '');
  const answer = await new Promise<StatusResponse>((resolve, reject) => {
    connect(NodeClient, both).status({}, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
  expect(answer).toMatchObject({
    version: '9.8.7',
    criVersions: ['v1alpha2', 'v1'],
    operations: [{ verb: 'RunPodSandbox', stage: 'network' }],
    pulls: [{ bytes: 5n }],
    eventSubscribers: 2,
    streamSessions: 3,
    processes: 4,
    networkMessage: 'no CNI configuration',
  });
  expect(answer.pods[0]?.containers).toHaveLength(1);
  expect(answer.clients[0]).toMatchObject({ api: 'grpc.health.v1', userAgent: expect.stringMatching(/^grpc-node-js/) });
});

test('clients that call themselves by ever new names are counted together', () => {
  const clients = createClients(() => 5);
  for (let n = 0; n < 1000; n += 1) clients.heard({ version: 'v1', userAgent: `c${n}`, code: 'OK' });
  expect(clients.list()).toHaveLength(65);
  expect(clients.list().find(({ userAgent }) => userAgent === 'others')?.calls).toBe(936);
});
