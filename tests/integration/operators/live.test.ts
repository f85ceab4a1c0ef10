import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  HealthClient,
  HealthCheckResponse_ServingStatus as State,
} from '../../../src/adapters/grpc/generated/health.ts';
import {
  ServerReflectionClient,
  type ServerReflectionResponse,
} from '../../../src/adapters/grpc/generated/reflection.ts';
import { definitions } from '../../../src/prometheus/definitions.ts';
import { connectV1alpha2 } from '../../support/clients.ts';
import { command, mustRun } from '../../support/command.ts';
import { janus, janusJson, janusLine } from '../../support/janus.ts';
import { podConfig } from '../../support/requests.ts';
import { until } from '../../support/wait.ts';
import { crictlOf, isThere } from '../crictl/crictl.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  // Removing a pod stands still long enough to be seen.
  world = await openWorld({ name: 'live', octet: 70, env: { JANUS_FAILPOINTS: 'RemovePodSandbox/forget=delay:3000' } });
});
afterAll(() => world.close());

const health = (service: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const client = new HealthClient(`unix:${world.bed.socket}`, credentials.createInsecure());
    client.check({ service }, (error: ServiceError | null, answer) => {
      client.close();
      if (error === null) resolve(answer.status);
      else reject(error);
    });
  });

test('a health probe on the socket is told of the daemon and of each service', async () => {
  for (const service of ['', 'runtime.v1.RuntimeService', 'runtime.v1alpha2.ImageService', 'janus.v1.Node'])
    expect(await health(service), service).toBe(State.SERVING);
  await expect(health('runtime.v2.RuntimeService')).rejects.toMatchObject({ code: status.NOT_FOUND });
});

test('reflection lists what the daemon serves', async () => {
  const client = new ServerReflectionClient(`unix:${world.bed.socket}`, credentials.createInsecure());
  const answer = await new Promise<ServerReflectionResponse>((resolve, reject) => {
    const call = client.serverReflectionInfo();
    call.on('data', resolve).on('error', reject);
    call.write({ host: '', messageRequest: { $case: 'listServices', value: '*' } });
  });
  client.close();
  const listed = answer.messageResponse?.$case === 'listServicesResponse' ? answer.messageResponse.value.service : [];
  expect(listed.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['v1', 'v1alpha2'].flatMap((of) => [`runtime.${of}.RuntimeService`, `runtime.${of}.ImageService`]),
      ...['janus.v1.Node', 'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection'],
    ]),
  );
});

const scrape = async (): Promise<string> => {
  // On a connection of its own: this process stands still while it runs commands, and the server ends idle ones meanwhile.
  const response = await fetch(world.metricsUrl, { headers: { connection: 'close' } });
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return response.text();
};

test('Prometheus is told of RPCs by version, of pods and containers by state, and of stages', async () => {
  const old = connectV1alpha2(world.bed.socket);
  await old.runtime.version({});
  await expect(old.runtime.podSandboxStatus({ podSandboxId: 'none' })).rejects.toMatchObject({ code: 5 });
  old.close();
  const page = await scrape();
  for (const { name } of Object.values(definitions)) expect(page).toContain(`# TYPE ${name} `);
  for (const line of [
    /^grpc_server_handled_total\{grpc_type="unary",grpc_service="runtime.v1.RuntimeService",grpc_method="StartContainer",grpc_code="OK"\} 1$/m,
    /^grpc_server_handled_total\{grpc_type="unary",grpc_service="runtime.v1alpha2.RuntimeService",grpc_method="PodSandboxStatus",grpc_code="NotFound"\} 1$/m,
    /^janus_operations_total\{operation="RunPodSandbox",outcome="success"\} 1$/m,
    /^janus_operations_stage_seconds_count\{operation="RunPodSandbox",stage="network-add"\} 1$/m,
    /^janus_pods\{state="ready"\} 1$/m,
    /^janus_containers\{state="running"\} 1$/m,
    /^janus_events_total\{kind="started"\} 2$/m,
    /^janus_build_info\{version="0.1.0"\} 1$/m,
    /^process_resident_memory_bytes \d+$/m,
  ])
    expect(page).toMatch(line);
});

test('only GET of the one page is answered', async () => {
  expect((await fetch(world.metricsUrl, { method: 'POST' })).status).toBe(405);
  expect((await fetch(world.metricsUrl.replace('metrics', 'secrets'))).status).toBe(404);
});

test.skipIf(!isThere('1.36'))('crictl info shows versions, handlers and the whole configuration', () => {
  const { status: conditions, ...info } = crictlOf('1.36', world.bed).json('info') as Record<string, object>;
  expect(conditions).toMatchObject({
    conditions: expect.arrayContaining([{ type: 'RuntimeReady', status: true, reason: '', message: '' }]),
  });
  expect(info).toMatchObject({ config: { graph: world.bed.graph } });
});

interface Seen {
  readonly pods: readonly { readonly id: string; readonly containers: readonly { readonly state: string }[] }[];
  readonly clients: readonly { readonly api: string; readonly calls: number }[];
  readonly operations: readonly { readonly verb: string; readonly stage: string; readonly id: string }[];
}

test('janus status shows pods and clients, as table and as data', () => {
  const { podSandboxId, bed } = world;
  const seen = janusJson<Seen>(bed, 'status');
  expect(seen.pods).toMatchObject([{ id: podSandboxId, containers: [{ state: 'running' }] }]);
  expect(seen.clients.map(({ api }) => api)).toEqual(expect.arrayContaining(['v1', 'v1alpha2']));
  const table = janus('status', '--socket', `unix://${bed.socket}`).stdout;
  expect(table).toMatch(/^CRI +v1alpha2, v1$/m);
  expect(table).toMatch(/^Network +ready$/m);
  expect(table).toMatch(new RegExp(`^${podSandboxId.slice(0, 13)} +shop +web +ready +1/1 +10\\.88\\.70\\.\\d+ `, 'm'));
});

test('janus status shows a verb under way, with its stage', async () => {
  const { client, bed } = world;
  const { podSandboxId } = await client.runtime.runPodSandbox({ config: podConfig(bed) });
  const removed = client.runtime.removePodSandbox({ podSandboxId });
  const underWay = await until('the removal is seen', () =>
    janusJson<Seen>(bed, 'status').operations.find(({ stage }) => stage === 'forget'),
  );
  expect(underWay).toMatchObject({ verb: 'RemovePodSandbox', id: podSandboxId });
  expect(await scrape()).toContain('janus_operations_under_way{operation="RemovePodSandbox"} 1');
  await removed;
});

test('janus config shows what the daemon runs with, and where that came from', () => {
  const rows = janusJson<readonly object[]>(world.bed, 'config', 'show', '--running');
  expect(rows).toContainEqual({ key: 'graph', value: world.bed.graph, source: 'file' });
  expect(rows).toContainEqual({ key: 'native.umask', value: 'secure', source: 'default' });
});

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

test('janus top draws each view over the last one in a terminal, and plainly elsewhere', () => {
  const top = janusLine('top', '--socket', world.bed.socket, '--iterations', '2', '--delay', '0.3');
  const row = /^shop +web +\d+\.\d% +\d+\.\d[KM]iB +[1-9]\d* +[\d.]+\w*B\/s/gm;
  const shown = mustRun('script', '--quiet', '--return', '--command', quoted(top), '/dev/null').replaceAll('\r', '');
  expect(shown.split('\u001b[H\u001b[2J')).toHaveLength(3);
  expect(shown.match(row)).toHaveLength(2);
  const piped = command(top[0], top.slice(1)).stdout;
  expect(piped).not.toContain('\u001b');
  expect(piped.match(row)).toHaveLength(2);
});
