import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as cri from '../../../src/adapters/v1/generated/api.ts';
import { adapter } from '../../../src/adapters/v1/index.ts';
import type { Call, PodEvent } from '../../../src/core/engine.ts';
import { JanusError } from '../../../src/core/errors.ts';
import { createEvents } from '../../../src/core/events.ts';
import { eventsOf, fakeEngine } from './fake-engine.ts';
import * as samples from './samples.ts';
import { ask, askCancellable, serve } from './served.ts';

let served: Awaited<ReturnType<typeof serve>> | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});
const start = async (own: Parameters<typeof fakeEngine>[0]) => {
  served = await serve(fakeEngine(own).engine, [adapter]);
  return { ...served, runtime: served.clients.v1.runtime };
};

const containerId = samples.CONTAINER_ID;

/** A verb that ends only when its call is given up, and tells why. */
const hanging = () => {
  const reasons: unknown[] = [];
  const verb = (_id: string, { signal }: Call): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        reject(signal.reason);
      });
    });
  return { reasons, verb };
};

describe('a call', () => {
  test('aborts when the client cancels', async () => {
    const { reasons, verb } = hanging();
    const { runtime, lines } = await start({ startContainer: verb });
    const { response, cancel } = askCancellable(runtime, runtime.startContainer, { containerId });
    // The request must be at the engine before it can be cancelled there.
    const reported = expect(response).rejects.toMatchObject({ code: status.CANCELLED });
    await ask(runtime, runtime.version, { version: '' });
    cancel();
    await reported;
    await vi.waitFor(() => expect(reasons).toMatchObject([{ kind: 'cancelled' }]));
    await vi.waitFor(() => expect(lines.at(-1)).toMatchObject({ level: 'info', fields: { code: 'CANCELLED' } }));
  });

  test('aborts when the deadline passes', async () => {
    const { reasons, verb } = hanging();
    const { runtime } = await start({ startContainer: verb });
    const deadline = Date.now() + 500;
    await expect(ask(runtime, runtime.startContainer, { containerId }, { deadline })).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    // The client gives the call up at the same moment, and its word may come first.
    const kind = expect.stringMatching(/^(deadline-exceeded|cancelled)$/);
    await vi.waitFor(() => expect(reasons).toMatchObject([{ kind }]));
  });

  test('that was given up is aborted for who asks only then', async () => {
    const reasons: unknown[] = [];
    let proceed: () => void = () => undefined;
    const given = new Promise<void>((resolve) => (proceed = resolve));
    const { runtime } = await start({
      startContainer: async (_id: string, call: Call) => {
        await given;
        reasons.push(call.signal.aborted && call.signal.reason);
      },
    });
    const { response, cancel } = askCancellable(runtime, runtime.startContainer, { containerId });
    const reported = expect(response).rejects.toMatchObject({ code: status.CANCELLED });
    await ask(runtime, runtime.version, { version: '' });
    cancel();
    await reported;
    // The server has heard of the end of one call when it answers the next on the same connection.
    await ask(runtime, runtime.version, { version: '' });
    proceed();
    await vi.waitFor(() => expect(reasons).toMatchObject([{ kind: 'cancelled' }]));
  });

  test('that was answered does not abort, whatever grpc-js says afterwards', async () => {
    const signals: AbortSignal[] = [];
    const { runtime } = await start({
      startContainer: async (_id: string, { signal }: Call) => void signals.push(signal),
    });
    await ask(runtime, runtime.startContainer, { containerId });
    // The next call comes on the same connection, after all that was to be said of the first.
    await ask(runtime, runtime.startContainer, { containerId });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  test('is logged once, with its id, time and code, and reported to the observer', async () => {
    const { runtime, lines, reports } = await start({});
    await ask(runtime, runtime.startContainer, { containerId });
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'StartContainer',
        fields: { version: 'v1', method: 'StartContainer', code: 'OK', id: containerId, ms: expect.any(Number) },
      },
    ]);
    expect(reports).toEqual([
      {
        version: 'v1',
        service: 'runtime.v1.RuntimeService',
        method: 'StartContainer',
        stream: false,
        code: 'OK',
        seconds: expect.any(Number),
        userAgent: expect.stringMatching(/^grpc-node-js/),
      },
    ]);
  });

  test('that makes something is logged with the id of what it made', async () => {
    const { clients, lines } = await start({});
    const { image } = clients.v1;
    const request = cri.PullImageRequest.fromPartial({
      image: { image: 'busybox' },
      auth: { username: 'me', password: 'hunter2', registryToken: 'token-1' },
    });
    await ask(image, image.pullImage, request);
    expect(lines[0]?.fields).toMatchObject({ id: 'busybox' });
    expect(JSON.stringify(lines)).not.toMatch(/hunter2|token-1/);
  });

  test('that clients poll is logged for debugging only', async () => {
    const { runtime, lines } = await start({});
    await ask(runtime, runtime.listContainers, { filter: undefined });
    expect(lines.map(({ level }) => level)).toEqual(['debug']);
  });

  test('that fails is a warning with its cause; what nobody meant is an error with its stack', async () => {
    const { runtime, lines } = await start({
      startContainer: async () => {
        throw new JanusError('failed-precondition', 'not created', { cause: new Error('why') });
      },
      removeContainer: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(ask(runtime, runtime.startContainer, { containerId })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    await expect(ask(runtime, runtime.removeContainer, { containerId })).rejects.toMatchObject({
      code: status.INTERNAL,
      details: expect.not.stringContaining('bug'),
    });
    expect(lines).toMatchObject([
      { level: 'warn', fields: { error: 'not created', cause: 'why', id: containerId } },
      { level: 'error', fields: { error: 'a bug', cause: expect.stringContaining('TypeError') } },
    ]);
  });
});

const event = (timestamp: bigint): PodEvent => ({
  kind: 'started',
  id: samples.CONTAINER_ID,
  sandbox: samples.sandbox,
  containers: [samples.container],
  timestamp,
});

describe('pod events', () => {
  test('arrive with the pod and all its containers, and the stream stays open', async () => {
    const { runtime } = await start({ events: ({ signal }) => eventsOf([event(1n), event(2n)], signal) });
    const stream = runtime.getContainerEvents({});
    const received: cri.ContainerEventResponse[] = [];
    for await (const message of stream) {
      received.push(message as cri.ContainerEventResponse);
      if (received.length === 2) break;
    }
    expect(received.map(({ createdAt }) => createdAt)).toEqual([1n, 2n]);
    expect(received[0]).toMatchObject({
      containerId,
      containerEventType: cri.ContainerEventType.CONTAINER_STARTED_EVENT,
      podSandboxStatus: { id: samples.SANDBOX_ID, metadata: samples.sandboxConfig.metadata },
      containersStatuses: [{ id: containerId }],
    });
  });

  test('end for the engine when the client leaves', async () => {
    let signal: AbortSignal | undefined;
    const { runtime } = await start({
      events: (call) => {
        signal = call.signal;
        return eventsOf([event(1n)], call.signal);
      },
    });
    const stream = runtime.getContainerEvents({});
    stream.on('error', () => undefined);
    await new Promise((resolve) => stream.once('data', resolve));
    expect(signal?.aborted).toBe(false);
    stream.cancel();
    await vi.waitFor(() => expect(signal?.aborted).toBe(true));
  });

  test('are taken from the engine no faster than the client reads', async () => {
    let taken = 0;
    const padded = {
      ...event(1n),
      sandbox: { ...samples.sandbox, config: { ...samples.sandboxConfig, annotations: { pad: 'x'.repeat(100_000) } } },
    };
    async function* endless(signal: AbortSignal): AsyncGenerator<PodEvent> {
      while (!signal.aborted) {
        taken += 1;
        yield padded;
      }
    }
    const { runtime } = await start({ events: ({ signal }) => endless(signal) });
    const stream = runtime.getContainerEvents({});
    stream.on('error', () => undefined);
    // A grpc-js client holds the stream back only once it has been read from.
    await new Promise((resolve) => stream.once('data', resolve));
    stream.pause();
    // Other calls are served meanwhile: enough turns for an unbounded pump to run far ahead.
    for (let turn = 0; turn < 200; turn += 1) await ask(runtime, runtime.version, { version: '' });
    expect(taken).toBeLessThan(100);
    stream.cancel();
  }, 60_000);

  test('that are switched off are UNIMPLEMENTED, and the status of a pod promises none', async () => {
    const { runtime } = await start({ events: () => undefined });
    const stream = runtime.getContainerEvents({});
    const failure = await new Promise((resolve) => stream.once('error', resolve));
    expect(failure).toMatchObject({ code: status.UNIMPLEMENTED });
    const request = { podSandboxId: samples.SANDBOX_ID, verbose: false };
    const answer = await ask(runtime, runtime.podSandboxStatus, request);
    expect(answer).toMatchObject({ timestamp: 0n, containersStatuses: [] });
  });

  test('that are on show in the status of a pod', async () => {
    const { runtime } = await start({ events: ({ signal }) => eventsOf([], signal) });
    const request = { podSandboxId: samples.SANDBOX_ID, verbose: false };
    const answer = await ask(runtime, runtime.podSandboxStatus, request);
    expect(answer).toMatchObject({ timestamp: 77n, containersStatuses: [{ id: containerId }] });
  });

  test('are lost for one that does not read, whom that costs its stream, and for nobody else', async () => {
    const events = createEvents();
    const { runtime } = await start({ events: ({ signal }) => events.subscribe(signal) });
    const padded = {
      ...event(1n),
      sandbox: { ...samples.sandbox, config: { ...samples.sandboxConfig, annotations: { pad: 'x'.repeat(10_000) } } },
    };
    const [slow, quick] = [runtime.getContainerEvents({}), runtime.getContainerEvents({})];
    let read = 0;
    quick.on('data', () => (read += 1));
    quick.on('error', () => undefined);
    await vi.waitFor(() => expect(events.subscribers).toBe(2));
    events.publish(padded);
    await new Promise((resolve) => slow.once('data', resolve));
    slow.pause();
    for (let published = 0; events.subscribers === 2; published += 1) {
      events.publish(padded);
      if (published % 100 === 0) await ask(runtime, runtime.version, { version: '' });
    }
    const before = read;
    events.publish(event(2n));
    await vi.waitFor(() => expect(read).toBeGreaterThan(before));
    const failure = new Promise((resolve) => slow.once('error', resolve));
    slow.resume();
    expect(await failure).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    quick.cancel();
  }, 60_000);

  test('that the engine ends because they were not read are RESOURCE_EXHAUSTED', async () => {
    async function* cut(): AsyncGenerator<PodEvent> {
      yield event(1n);
    }
    const { runtime } = await start({ events: () => cut() });
    const stream = runtime.getContainerEvents({});
    stream.resume();
    const failure = await new Promise((resolve) => stream.once('error', resolve));
    expect(failure).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });
});

describe('the server', () => {
  test('closes with calls under way, once their grace is over', async () => {
    const { reasons, verb } = hanging();
    const { runtime, grpc } = await start({ startContainer: verb });
    const response = ask(runtime, runtime.startContainer, { containerId });
    const failed = expect(response).rejects.toMatchObject({ code: expect.any(Number) });
    await ask(runtime, runtime.version, { version: '' });
    await grpc.close({ graceMs: 10 });
    await failed;
    await vi.waitFor(() => expect(reasons).toHaveLength(1));
  });

  test('lets calls under way finish', async () => {
    let finish: () => void = () => undefined;
    const { runtime, grpc } = await start({ startContainer: () => new Promise((resolve) => (finish = resolve)) });
    const response = ask(runtime, runtime.startContainer, { containerId });
    await ask(runtime, runtime.version, { version: '' });
    const closed = grpc.close({ graceMs: 60_000 });
    finish();
    await expect(response).resolves.toEqual({});
    await closed;
  });

  test('takes messages of 16 MiB, and none that are larger', async () => {
    const { runtime } = await start({
      execSync: async ({ command }) => ({
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
        exitCode: command[1]?.length ?? 0,
      }),
    });
    const request = (bytes: number) => ({ containerId, cmd: ['echo', 'x'.repeat(bytes)], timeout: 0n });
    const nearly = 16 * 1024 * 1024 - 1024;
    expect(await ask(runtime, runtime.execSync, request(nearly))).toMatchObject({ exitCode: nearly });
    await expect(ask(runtime, runtime.execSync, request(nearly + 2048))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });
});
