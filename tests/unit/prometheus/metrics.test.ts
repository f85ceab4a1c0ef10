import { get } from 'node:http';
import { expect, test } from 'vitest';
import { silent } from '../../../src/core/ports/logger.ts';
import { prometheusMeter } from '../../../src/prometheus/meter.ts';
import { createPrometheusMetrics } from '../../../src/prometheus/metrics.ts';
import { serveMetrics } from '../../../src/prometheus/server.ts';

const line = (text: string, beginning: string): string | undefined =>
  text.split('\n').find((each) => each.startsWith(beginning));

test('what the core tells is counted under the names of the page', async () => {
  const metrics = createPrometheusMetrics();
  const meter = prometheusMeter(metrics);
  meter.stage('RunPodSandbox', 'network', 0.2);
  meter.operation('RunPodSandbox', 'success', 0.3);
  meter.pull('success', { seconds: 2, bytes: 1000 });
  meter.event('created');
  meter.outOfMemory();
  const text = await metrics.text();
  expect(line(text, 'janus_operations_stage_seconds_sum')).toBe(
    'janus_operations_stage_seconds_sum{operation="RunPodSandbox",stage="network"} 0.2',
  );
  expect(line(text, 'janus_operations_total')).toBe(
    'janus_operations_total{operation="RunPodSandbox",outcome="success"} 1',
  );
  expect(line(text, 'janus_image_pulls_bytes_total')).toBe('janus_image_pulls_bytes_total 1000');
  expect(line(text, 'janus_events_total')).toBe('janus_events_total{kind="created"} 1');
  expect(line(text, 'janus_containers_oom_count_total')).toBe('janus_containers_oom_count_total 1');
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});

test('a gauge has what is there at the scrape, and nothing of the one before', async () => {
  const metrics = createPrometheusMetrics();
  metrics.sampled(async () => [{ gauge: 'operationsUnderWay', labels: { operation: 'PullImage' }, value: 2 }]);
  expect(await metrics.text()).toContain('janus_operations_under_way{operation="PullImage"} 2');
  metrics.sampled(async () => []);
  expect(await metrics.text()).not.toContain('PullImage');
});

const ask = (url: string, method: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { method, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });

test('only GET /metrics is answered, and a sample that fails is no answer', async () => {
  const metrics = createPrometheusMetrics();
  const server = await serveMetrics({ address: '127.0.0.1', port: 0, metrics, logger: silent });
  expect(await ask(server.url, 'GET')).toBe(200);
  expect(await ask(server.url, 'POST')).toBe(405);
  expect(await ask(server.url.replace('metrics', ''), 'GET')).toBe(404);
  metrics.sampled(() => Promise.reject(new Error('no')));
  expect(await ask(server.url, 'GET')).toBe(500);
  await server.close();
});
