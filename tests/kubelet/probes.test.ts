import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './support/api.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, isReady, type Manifest, pod, SLEEP, statusOf } from './support/pods.ts';

let node: Node;

/** A probe is not what is slow on a busy machine, unless the test is about that. */
const often = { periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };
const execProbe = (script: string) => ({ ...often, exec: { command: ['sh', '-c', script] } });
const http = { ...often, failureThreshold: 5, httpGet: { path: '/alive', port: 8080 } };
const tcp = { ...often, failureThreshold: 5, tcpSocket: { port: 8080 } };
const SERVE = 'mkdir -p /www; touch /www/alive; httpd -p 8080 -h /www';
const probed = (name: string, script: string, probes: object): Manifest =>
  pod(name, [container('main', script, { ...probes })]);

/** Each fails some seconds after its start, once: the second time the volume says that it has been there. */
const once = (name: string, [begin, fail]: readonly [string, string], livenessProbe: object): Manifest =>
  pod(
    name,
    [
      container('main', `${begin}; if mkdir /kept/once 2>/dev/null; then sleep 6; ${fail}; fi; ${SLEEP}`, {
        livenessProbe,
        volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
      }),
    ],
    { volumes: [{ name: 'kept', emptyDir: {} }] },
  );

const slow = { ...execProbe('if rm /kept/slow 2>/dev/null; then sleep 60; fi'), timeoutSeconds: 4 };
const failing: readonly Manifest[] = [
  once('exec-fails', ['touch /alive', 'rm /alive'], execProbe('test -e /alive')),
  once('http-fails', [SERVE, 'rm /www/alive'], http),
  once('tcp-fails', [SERVE, 'killall httpd'], tcp),
  once('exec-is-slow', ['true', 'touch /kept/slow'], slow),
];

/** A probe, and what makes it pass and fail in a container that only sleeps. */
const ways = {
  exec: { probe: execProbe('test -e /tmp/up'), up: 'touch /tmp/up', down: 'rm /tmp/up' },
  http: { probe: http, up: SERVE, down: 'rm /www/alive' },
  tcp: { probe: tcp, up: SERVE, down: 'killall httpd' },
} as const;
const eachWay = Object.entries(ways);

beforeAll(async () => {
  node = await openNode({ name: 'kprobes', octet: 61 });
  for (const manifest of failing) node.put(manifest);
  node.put(probed('passing-exec', SLEEP, { livenessProbe: execProbe('true'), readinessProbe: execProbe('true') }));
  node.put(probed('passing-http', `${SERVE}; ${SLEEP}`, { livenessProbe: http, readinessProbe: http }));
  node.put(probed('passing-tcp', `${SERVE}; ${SLEEP}`, { livenessProbe: tcp, readinessProbe: tcp }));
  for (const [way, { probe }] of eachWay) {
    node.put(probed(`late-${way}`, SLEEP, { readinessProbe: probe }));
    const startupProbe = { ...probe, failureThreshold: 120 };
    node.put(probed(`starting-${way}`, SLEEP, { startupProbe, livenessProbe: probe }));
    node.put(probed(`never-up-${way}`, SLEEP, { startupProbe: { ...probe, failureThreshold: 2 } }));
  }
});
afterAll(() => node.close());

describe.each(failing.map(({ metadata }) => metadata.name))('liveness: %s', (name) => {
  test('the container is restarted, and is well then', async () => {
    const found = await node.pod(name, (seen) => statusOf(seen, 'main').restartCount === 1 && isReady(seen));
    const { lastState, state } = statusOf(found, 'main');
    expect(lastState.terminated?.containerID).toMatch(/^janus:\/\/[0-9a-f]{64}$/);
    expect(state.running).toBeDefined();
  });
});

test.each(['passing-exec', 'passing-http', 'passing-tcp'])('%s: ready, and not restarted', async (name) => {
  expect(statusOf(await node.pod(name), 'main').restartCount).toBe(0);
});

describe.each(eachWay)('by %s', (way, { up, down }) => {
  const inside = (name: string, script: string) => run({ pod: fullName(name), container: 'main' }, script);

  test('readiness follows the probe, without a restart', async () => {
    const late = `late-${way}`;
    const early = await node.pod(late, ({ status }) => status.phase === 'Running');
    expect(statusOf(early, 'main').ready).toBe(false);
    await inside(late, up);
    expect(statusOf(await node.pod(late), 'main').restartCount).toBe(0);
    await inside(late, down);
    const later = await node.pod(late, (seen) => !statusOf(seen, 'main').ready);
    expect(statusOf(later, 'main').restartCount).toBe(0);
  });

  test('a startup probe keeps the liveness probe away until it passes', async () => {
    const starting = `starting-${way}`;
    const early = await node.pod(starting, ({ status }) => status.phase === 'Running');
    expect(statusOf(early, 'main')).toMatchObject({ started: false, ready: false });
    await inside(starting, up);
    expect(statusOf(await node.pod(starting), 'main')).toMatchObject({ started: true, restartCount: 0 });
    await inside(starting, down);
    await node.pod(starting, (seen) => statusOf(seen, 'main').restartCount > 0);
  });

  test('a startup probe that does not pass restarts the container', async () => {
    const found = await node.pod(`never-up-${way}`, (seen) => statusOf(seen, 'main').restartCount > 0);
    expect(statusOf(found, 'main').started).toBe(false);
  });
});

test('a probe that ran too long was DEADLINE_EXCEEDED', () => {
  expect(node.daemon().log()).toMatch(/ExecSync failed.* code=DEADLINE_EXCEEDED/);
});
