import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { type Logger, silent } from '../../../src/core/ports/logger.ts';
import { withComplaints } from '../../../src/tracing/exporter.ts';
import { createProvider } from '../../../src/tracing/provider.ts';
import { collect } from './collector.ts';

const everything = { samplingRatePerMillion: 1_000_000, version: '1' };

test('an endpoint that never answers holds up neither the end nor what is traced', async () => {
  const exporter = { export: () => undefined, shutdown: () => new Promise<void>(() => undefined) };
  const { tracer, close } = createProvider({ exporter, ...everything });
  tracer.startSpan('one').end();
  await close();
});

test('what waits is bounded: the rest is dropped', async () => {
  const given: ReadableSpan[] = [];
  // Takes the first batch, and never says that it has sent it.
  const exporter = { export: (spans: ReadableSpan[]) => void given.push(...spans), shutdown: async () => undefined };
  const { tracer, close } = createProvider({ exporter, ...everything });
  for (let index = 0; index < 10_000; index += 1) tracer.startSpan('one').end();
  await close();
  expect(given.length).toBeGreaterThan(2000);
  expect(given.length).toBeLessThan(3000);
});

test('what waits is sent at the end, with whose it is; values are cut', async () => {
  const { exporter, spans } = collect();
  const { tracer, close } = createProvider({ exporter, ...everything });
  tracer.startSpan('one', { attributes: { 'janus.id': 'x'.repeat(5000) } }).end();
  await close();
  expect(spans.map(({ attributes }) => String(attributes['janus.id']).length)).toEqual([1024]);
  expect(spans[0]?.resource.attributes).toMatchObject({ 'service.name': 'janus', 'service.version': '1' });
});

test('that traces cannot be sent is said once, and once that they can be again', () => {
  const lines: string[] = [];
  const line = (message: string) => void lines.push(message);
  const logger: Logger = { ...silent, warn: line, info: line };
  const results: ExportResult[] = [
    { code: ExportResultCode.FAILED, error: new Error('refused') },
    { code: ExportResultCode.FAILED },
    { code: ExportResultCode.SUCCESS },
    { code: ExportResultCode.SUCCESS },
  ];
  const answering = {
    export: (_: unknown, done: (result: ExportResult) => void) => done(results.shift() as ExportResult),
  };
  const exporter = withComplaints({ ...answering, shutdown: async () => undefined }, logger);
  const heard: number[] = [];
  for (let index = 0; index < 4; index += 1) exporter.export([], ({ code }) => void heard.push(code));
  expect(lines).toEqual(['traces cannot be sent and are dropped', 'traces can be sent again']);
  expect(heard).toEqual([1, 1, 0, 0]);
});
