// picture.ts FILE: makes the picture of docs/guides/monitoring.md: a query of the dashboard, as the Prometheus of Debian draws it in Debian's chromium, of a
// daemon at work. Needs root, and both packages; no test needs it.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../integration/images/world.ts';
import { openWorld, type World } from '../integration/operators/world.ts';
import { command } from '../support/command.ts';
import { end } from '../support/end.ts';
import { repository } from '../support/paths.ts';
import { podConfig } from '../support/requests.ts';

const SECONDS = 60;
const TITLE = 'Mean of the slowest stages';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

const query = (): string => {
  const { panels } = JSON.parse(readFileSync(join(repository, 'packaging/grafana/janus.json'), 'utf8')) as Dashboard;
  const expr = panels.find(({ title }) => title === TITLE)?.targets?.[0]?.expr ?? '';
  return expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*');
};

const startPrometheus = ({ bed, metricsUrl }: World, address: string) => {
  const file = join(bed.directory, 'prometheus.yml');
  const target = new URL(metricsUrl).host;
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'janus', static_configs: [{ targets: [target] }] }],
    }),
  );
  const tsdb = join(bed.directory, 'tsdb');
  const flags = [`--config.file=${file}`, `--storage.tsdb.path=${tsdb}`, `--web.listen-address=${address}`];
  return spawn('prometheus', flags, { stdio: 'ignore' });
};

const work = async ({ client, bed }: World): Promise<void> => {
  for (const until = Date.now() + SECONDS * 1000; Date.now() < until; await delay(500)) {
    const { podSandboxId } = await client.runtime.runPodSandbox({ config: podConfig(bed) });
    await client.runtime.removePodSandbox({ podSandboxId });
  }
};

const photograph = (url: string, { bed }: World, file: string): void => {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--hide-scrollbars',
    '--window-size=1400,900',
    '--virtual-time-budget=15000',
  ];
  const { status, stderr } = command('chromium', [
    ...flags,
    `--user-data-dir=${join(bed.directory, 'chromium')}`,
    `--screenshot=${file}`,
    url,
  ]);
  if (status !== 0) throw new Error(`chromium ended with ${status}: ${stderr}`);
};

const [, , file = 'docs/images/prometheus.png'] = process.argv;
const world = await openWorld({ name: 'picture', octet: 78 });
const address = `127.0.0.1:${await freePort()}`;
const prometheus = startPrometheus(world, address);
try {
  await work(world);
  const graph = new URLSearchParams({ 'g0.expr': query(), 'g0.tab': '0', 'g0.range_input': '1m' });
  photograph(`http://${address}/graph?${graph}`, world, resolve(repository, file));
} finally {
  await end(prometheus, 'SIGTERM');
  await world.close();
}
