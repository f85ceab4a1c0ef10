import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { createOperations } from '../../../src/core/operations.ts';
import { createProvider } from '../../../src/tracing/provider.ts';
import { rpcSpans } from '../../../src/tracing/rpc-spans.ts';
import { createScope } from '../../../src/tracing/scope.ts';
import { verbSpans } from '../../../src/tracing/verb-spans.ts';
import { collect } from './collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const RPC = { service: 'runtime.v1.RuntimeService', method: 'RunPodSandbox' };

/** Traces with a collector in place of the endpoint; `sent` closes them. */
const open = (samplingRatePerMillion: number) => {
  const { exporter, spans } = collect();
  const { tracer, close } = createProvider({ exporter, samplingRatePerMillion, version: '1' });
  const scope = createScope();
  const operations = createOperations({ tracer: verbSpans(tracer, scope) });
  const begin = (traceparent?: string) =>
    rpcSpans(tracer, scope)(RPC, (name) => (name === 'traceparent' ? traceparent : undefined));
  const sent = async (): Promise<readonly ReadableSpan[]> => {
    await close();
    return spans;
  };
  return { operations, begin, sent };
};

/** An RPC that runs a verb of two stages. */
const run = async (
  { operations, begin }: ReturnType<typeof open>,
  traceparent?: string,
  outcome = { code: 0, message: '' },
): Promise<void> => {
  const rpc = begin(traceparent);
  const verb = rpc.within(() =>
    operations.run('RunPodSandbox', 'p1', async ({ stage }) => {
      await stage('network-add');
      await stage('done');
      if (outcome.code !== 0) throw new Error(outcome.message);
    }),
  );
  await verb.catch(() => undefined);
  rpc.end(outcome);
};

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const [span] = spans.filter((each) => each.name === name);
  if (span === undefined) throw new Error(`no span ${name} among ${spans.map((each) => each.name).join(', ')}`);
  return span;
};

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId;

test("an RPC is below its client's span, its verb below it, and the stages below the verb", async () => {
  const traces = open(0);
  await run(traces, `00-${TRACE}-${PARENT}-01`);
  const spans = await traces.sent();
  const rpc = named(spans, 'runtime.v1.RuntimeService/RunPodSandbox');
  const verb = named(spans, 'RunPodSandbox');
  expect(rpc.attributes).toEqual({
    ...{ 'rpc.system': 'grpc', 'rpc.service': RPC.service, 'rpc.method': RPC.method },
    'rpc.grpc.status_code': 0,
  });
  expect(verb.attributes).toEqual({ 'janus.id': 'p1' });
  expect(parentOf(rpc)).toBe(PARENT);
  expect(parentOf(verb)).toBe(rpc.spanContext().spanId);
  for (const stage of ['network-add', 'done']) expect(parentOf(named(spans, stage))).toBe(verb.spanContext().spanId);
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]));
  expect(spans.every(({ ended }) => ended)).toBe(true);
});

test.each([
  ['is not traced if its client says so, whatever the rate', 1_000_000, `00-${TRACE}-${PARENT}-00`, 0],
  ['of which no client says anything is traced at the rate', 1_000_000, undefined, 4],
  ['of which no client says anything is not traced at the rate 0', 0, undefined, 0],
  ['with a parent that is none begins a trace of its own', 1_000_000, '00-nonsense-01', 4],
])('a call %s', async (_, rate, traceparent, count) => {
  const traces = open(rate);
  await run(traces, traceparent);
  const spans = await traces.sent();
  expect(spans).toHaveLength(count);
  expect(spans.filter((span) => span.spanContext().traceId === TRACE)).toEqual([]);
});

test('calls side by side do not get into each other', async () => {
  const traces = open(1_000_000);
  await Promise.all([run(traces), run(traces)]);
  const spans = await traces.sent();
  const verbs = spans.filter(({ name }) => name === 'RunPodSandbox');
  const rpcs = spans.filter(({ name }) => name.includes('/'));
  expect(verbs.map(parentOf).toSorted()).toEqual(rpcs.map((span) => span.spanContext().spanId).toSorted());
});

test('what no RPC asked for is a trace of its own', async () => {
  const traces = open(1_000_000);
  await traces.operations.run('StopContainer', 'c1', async () => undefined);
  expect((await traces.sent()).map((span) => [span.name, parentOf(span)])).toEqual([['StopContainer', undefined]]);
});

const ERROR = 2;
const UNSET = 0;

test.each([
  [13, ERROR],
  [5, UNSET],
])('code %i of an RPC is in its span, which fails only for faults of the server', async (code, status) => {
  const traces = open(1_000_000);
  await run(traces, undefined, { code, message: 'no' });
  const spans = await traces.sent();
  const rpc = named(spans, 'runtime.v1.RuntimeService/RunPodSandbox');
  expect(rpc.attributes['rpc.grpc.status_code']).toBe(code);
  expect(rpc.status.code).toBe(status);
  // The stage in which it failed, and not the one before.
  expect(['network-add', 'done', 'RunPodSandbox'].map((name) => named(spans, name).status)).toEqual([
    { code: UNSET },
    ...[1, 2].map(() => ({ code: ERROR, message: 'no' })),
  ]);
});
