import { createServer, type Server } from 'node:net';
import { type CallOptions, InterceptingCall } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import { STAGES } from '../../../src/core/stages.ts';
import { connectV1alpha2 } from '../../support/clients.ts';
import { podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import { type ReceivedSpan, receiveTraces } from './otlp-receiver.ts';
import { openWorld, type World } from './world.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

let world: World | undefined;
let ends: (() => void)[] = [];
afterEach(async () => {
  await world?.close();
  for (const end of ends) end();
  [world, ends] = [undefined, []];
});

/** As a kubelet that has this call in one of its traces sends it. */
const traced: Partial<CallOptions> = {
  interceptors: [
    (options, next) =>
      new InterceptingCall(next(options), {
        start: (metadata, listener, send) => {
          metadata.set('traceparent', `00-${TRACE}-${PARENT}-01`);
          send(metadata, listener);
        },
      }),
  ],
};

const attributes = (span: ReceivedSpan | undefined): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

test('a collector gets the call that its client traces, with the stages of the verb, and no other call', async () => {
  const receiver = await receiveTraces();
  ends.push(receiver.close);
  world = await openWorld({ name: 'trace', octet: 77, config: { 'tracing-endpoint': receiver.endpoint } });
  const { bed, client } = world;
  const config = podConfig(bed);
  const { podSandboxId } = await client.runtime.runPodSandbox({ config }, traced);
  const old = connectV1alpha2(bed.socket);
  ends.push(old.close);
  await old.runtime.removePodSandbox({ podSandboxId }, traced);

  const named = (name: string): ReceivedSpan | undefined => receiver.spans().find((span) => span.name === name);
  const rpc = await until('the spans come', () => named('runtime.v1.RuntimeService/RunPodSandbox'));
  expect(rpc).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  expect(attributes(rpc)).toEqual({
    ...{ 'rpc.system': 'grpc', 'rpc.service': 'runtime.v1.RuntimeService', 'rpc.method': 'RunPodSandbox' },
    'rpc.grpc.status_code': '0',
  });
  const verb = named('RunPodSandbox');
  expect(verb).toMatchObject({ traceId: TRACE, parentSpanId: rpc.spanId });
  expect(attributes(verb)).toEqual({ 'janus.id': podSandboxId });
  const stages = receiver.spans().filter(({ parentSpanId }) => parentSpanId === verb?.spanId);
  expect(stages.map(({ name }) => name).toSorted()).toEqual([...STAGES.RunPodSandbox].toSorted());

  const removal = await until('the removal comes', () => named('runtime.v1alpha2.RuntimeService/RemovePodSandbox'));
  expect(named('RemovePodSandbox')?.parentSpanId).toBe(removal.spanId);
  expect(attributes({ ...removal, attributes: receiver.resource() })).toMatchObject({ 'service.name': 'janus' });
  // The pod of this world was made, and its container, by calls that nobody traces.
  expect(receiver.spans().filter(({ traceId }) => traceId !== TRACE)).toEqual([]);
});

/** Takes connections and requests, and never answers. */
const hang = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((socket) => void ends.push(() => socket.destroy()));
    server.listen(0, '127.0.0.1', () => resolve(server));
    ends.push(() => void server.close());
  });

test('a collector that takes traces and never answers holds up neither verbs nor the end of the daemon', async () => {
  const address = (await hang()).address();
  const port = typeof address === 'object' ? address?.port : undefined;
  world = await openWorld({
    ...{ name: 'trace', octet: 77 },
    config: {
      'tracing-endpoint': `http://127.0.0.1:${port}`,
      'tracing-sampling-rate-per-million': 1_000_000,
    },
  });
  const { bed, client, daemon } = world;
  for (let round = 0; round < 3; round += 1) {
    const { podSandboxId } = await client.runtime.runPodSandbox({ config: podConfig(bed) });
    await client.runtime.removePodSandbox({ podSandboxId });
  }
  expect(daemon.log()).toContain('traces are sent');
  await client.runtime.removePodSandbox({ podSandboxId: world.podSandboxId });
  expect(await daemon.stop()).toBe(0);
  client.close();
  bed.dispose();
  world = undefined;
});
