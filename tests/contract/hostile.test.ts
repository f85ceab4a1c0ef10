import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun } from '../support/command.ts';
import { logged } from '../support/logged.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import { makeHostPod } from './support/subjects.ts';
import { versions } from './support/versions.ts';
import { definitions } from './support/wire.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let client: Client;

beforeAll(async () => {
  world = await openWorld({ name: 'hostile', octet: 68 });
  client = new Client(`unix:${world.bed.socket}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': 64 * 1024 * 1024,
  });
});

afterAll(async () => {
  client.close();
  await world.close();
});

/** Sends bytes as a request, and gives the code of the answer. */
const send = (path: string, bytes: Buffer): Promise<status> =>
  new Promise((resolve) => {
    const done = (error: ServiceError | null): void => resolve(error?.code ?? status.OK);
    client.makeUnaryRequest(
      path,
      (message: Buffer) => message,
      (answer: Buffer) => answer,
      bytes,
      done,
    );
  });

const serves = async (): Promise<void> => {
  for (const version of versions) {
    const { runtimeName } = await world.client(version).runtime.version({ version: '' });
    expect(runtimeName).not.toBe('');
  }
};

describe.each(versions)('over %s', (version) => {
  const paths = Object.values(definitions[version])
    .flatMap((service) => Object.values(service))
    .filter(({ responseStream }) => !responseStream)
    .map(({ path }) => path);

  it('a message over the limit is RESOURCE_EXHAUSTED', async () => {
    for (const path of paths.slice(0, 3))
      expect(await send(path, Buffer.alloc(17 * 1024 * 1024))).toBe(status.RESOURCE_EXHAUSTED);
    await serves();
  });

  it('bytes that are no message are refused or mean nothing, whatever the call', async () => {
    const calls = fc.tuple(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(calls, async ([path, bytes]) => {
        expect(status[await send(path, Buffer.from(bytes))]).toBeDefined();
      }),
      { numRuns: 300 },
    );
    await serves();
  });

  it('a call that does not exist is UNIMPLEMENTED', async () => {
    expect(await send(`/runtime.${version}.RuntimeService/Explode`, Buffer.alloc(0))).toBe(status.UNIMPLEMENTED);
  });

  it.each(['', 'n', 'n'.repeat(63), 'n'.repeat(300), 'a_b', 'a/b', '../../x', 'ü ☃', 'a\0b'])(
    'a container of any name is made and removed, or refused: %j',
    async (name) => {
      const { runtime } = world.client(version);
      const { podSandboxId, config } = await makeHostPod(world);
      const made = await runtime
        .createContainer({ podSandboxId, config: containerConfig(name, { logPath: 'x.log' }), sandboxConfig: config })
        .catch((error: ServiceError) => error.code);
      if (/[/\0]|^$|^.{254}/.test(name)) expect(made).toBe(status.INVALID_ARGUMENT);
      else await runtime.startContainer(made as { containerId: string });
      await runtime.removePodSandbox({ podSandboxId });
      await serves();
    },
  );

  it.each<[string, (path: string) => void]>([
    ['a link', (path) => symlinkSync('/etc/passwd', path)],
    ['a FIFO', (path) => void mustRun('mkfifo', path)],
    ['a directory', (path) => mkdirSync(path)],
  ])('a container whose log would be %s is refused', async (_, make) => {
    const { runtime } = world.client(version);
    const { podSandboxId, config } = await makeHostPod(world);
    mkdirSync(config.logDirectory, { recursive: true });
    make(join(config.logDirectory, 'main.log'));
    await expect(
      runtime.createContainer({ podSandboxId, config: containerConfig('main'), sandboxConfig: config }),
    ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('log_path') as string });
    await runtime.removePodSandbox({ podSandboxId });
  });

  it('a log in a directory that is missing is written, and not reopened through a link that has taken its place', async () => {
    const { runtime } = world.client(version);
    const { podSandboxId, config } = await makeHostPod(world);
    const log = join(config.logDirectory, 'a/b/main.log');
    const foreign = join(config.logDirectory, 'foreign');
    const { containerId } = await runtime.createContainer({
      podSandboxId,
      config: containerConfig('main', { logPath: 'a/b/main.log' }),
      sandboxConfig: config,
    });
    await runtime.startContainer({ containerId });
    await logged(log, 'hello');
    writeFileSync(foreign, 'of the host');
    rmSync(log);
    symlinkSync(foreign, log);
    await expect(runtime.reopenContainerLog({ containerId })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    expect(readFileSync(foreign, 'utf8')).toBe('of the host');
    await runtime.removePodSandbox({ podSandboxId });
  });

  it.each(['', 'p'.repeat(300), 'a/b', '../../x', 'ü', 'a\0b'])(
    'a pod of any name is made and removed, or refused: %j',
    async (name) => {
      const { runtime } = world.client(version);
      const config = podConfig(world.bed, { metadata: { name, uid: 'u', namespace: 'default', attempt: 0 } });
      const made = await runtime.runPodSandbox({ config }).catch((error: ServiceError) => error.code);
      if (typeof made === 'number') expect(made).toBe(status.INVALID_ARGUMENT);
      else await runtime.removePodSandbox(made);
      await serves();
    },
  );
});

const idleConnection = async (): Promise<Socket> => {
  const socket = connect(world.bed.socket).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const byte = fc.integer({ min: 0, max: 255 });
/** A frame of HTTP/2 (RFC 9113, section 4.1) of any type, known ones above all; its length may lie. */
const anyFrame = fc
  .tuple(
    fc.oneof(fc.nat(10), byte),
    byte,
    fc.nat(3),
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(0, 0, 0, 1, 9999),
  )
  .map(([type, flags, stream, payload, lie]) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length + lie, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  });
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const anyConnection = fc.oneof(
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  fc.array(anyFrame, { maxLength: 12 }).map((frames) => Buffer.concat([PREFACE, ...frames])),
  fc.array(anyFrame, { maxLength: 12 }).map((frames) => Buffer.concat([PREFACE, settings, ...frames])),
);

/** Type, flags and stream of a GOAWAY frame without flags (RFC 9113, section 6.8). */
const GOAWAY = Buffer.from([7, 0, 0, 0, 0, 0]);

it('any bytes at the socket end their own connection at most', async () => {
  await fc.assert(
    fc.asyncProperty(anyConnection, fc.nat(500), async (bytes, cut) => {
      const socket = await idleConnection();
      // Whether the daemon hangs up first makes no difference. A connection that it has said goodbye on, Node 20 keeps until its keepalive.
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('data', (answer) => void (answer.includes(GOAWAY) && socket.destroy()));
      socket.write(bytes.subarray(0, cut));
      socket.end(bytes.subarray(cut));
      await closed;
    }),
    { numRuns: 300 },
  );
  await serves();
});

it('a thousand idle connections keep nobody from being served', async () => {
  const sockets: Socket[] = [];
  // In turns: the kernel refuses those for whom its queue of connections that wait to be accepted has no room.
  for (let turn = 0; turn < 20; turn += 1)
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, idleConnection))));
  await serves();
  for (const socket of sockets) socket.destroy();
  await serves();
});
