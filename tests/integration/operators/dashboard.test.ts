import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitions } from '../../../src/prometheus/definitions.ts';
import type { Registry } from '../../contract/support/registry.ts';
import { connectV1alpha2 } from '../../support/clients.ts';
import { mustRun } from '../../support/command.ts';
import { registryWithOwnImage } from '../../support/own-image.ts';
import { repository } from '../../support/paths.ts';
import { podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import { freePort } from '../images/world.ts';
import { openWorld, type World } from './world.ts';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync(join(repository, 'packaging/grafana/janus.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
/** Each query, with what Grafana would put in place of its variables. */
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*') })),
);

let world: World;
let registry: Registry;
let prometheus: ChildProcess;
let api: string;

const startPrometheus = async (): Promise<void> => {
  const { directory } = world.bed;
  const file = join(directory, 'prometheus.yml');
  const target = new URL(world.metricsUrl).host;
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'janus', static_configs: [{ targets: [target] }] }],
    }),
  );
  mustRun('promtool', 'check', 'config', file);
  const address = `127.0.0.1:${await freePort()}`;
  api = `http://${address}/api/v1`;
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'tsdb')}`,
    `--web.listen-address=${address}`,
  ];
  prometheus = spawn('prometheus', flags, { stdio: 'ignore' });
  await until(
    'Prometheus answers',
    async () => (await fetch(`${api}/status/buildinfo`).catch(() => undefined))?.ok,
    60,
  );
};

beforeAll(async () => {
  world = await openWorld({
    name: 'board',
    octet: 74,
    config: { 'insecure-registries': ['127.0.0.1'] },
    env: { JANUS_FAILPOINTS: 'RemovePodSandbox/forget=delay:1500' },
  });
  registry = await registryWithOwnImage(world.bed);
  await startPrometheus();
});
afterAll(async () => {
  prometheus.kill('SIGTERM');
  await once(prometheus, 'exit');
  await registry.close();
  await world.close();
});

interface Answer {
  readonly status: string;
  readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** The numbers that the query gives now. */
const ask = async (expr: string): Promise<readonly number[]> => {
  const response = await fetch(`${api}/query?${new URLSearchParams({ query: expr }).toString()}`);
  const { status, data } = (await response.json()) as Answer;
  expect(status, expr).toBe('success');
  return (data?.result ?? []).map(({ value }) => Number(value[1])).filter(Number.isFinite);
};

/** Something of all that the dashboard is about. */
const live = async (): Promise<void> => {
  const { client, bed } = world;
  const old = connectV1alpha2(bed.socket);
  const { podSandboxId } = await client.runtime.runPodSandbox({ config: podConfig(bed) });
  await old.runtime.podSandboxStatus({ podSandboxId: 'none' }).catch(() => undefined);
  await client.images.removeImage({ image: { image: registry.image } });
  await client.images.pullImage({ image: { image: registry.image } });
  await old.runtime.removePodSandbox({ podSandboxId });
  old.close();
};

test('every query of the dashboard has data of a daemon that works', async () => {
  let left = queries;
  const failure = await until(
    'all queries have data',
    async () => {
      await live();
      const answers = await Promise.all(left.map(({ expr }) => ask(expr)));
      left = left.filter((_, at) => answers[at]?.length === 0);
      return left.length === 0;
    },
    90,
  ).then(() => undefined, String);
  expect({ left, failure }).toEqual({ left: [], failure: undefined });
}, 200_000);

test('every metric that the daemon has is on it, but for its version', () => {
  const shown = queries.map(({ expr }) => expr).join('\n');
  const missing = Object.values(definitions).filter(({ name }) => !shown.includes(name));
  expect(missing.map(({ name }) => name)).toEqual([definitions.buildInfo.name]);
});
