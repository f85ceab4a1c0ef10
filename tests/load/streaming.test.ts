import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pod, startPod } from '../integration/streaming/pod.ts';
import { until } from '../support/wait.ts';
import { type Client, clients, digestOf, start } from './crictl-client.ts';

const MIB = 1024 * 1024;
/** The daemon may need so much at the most for any of this; without streaming it is near 110 MB. */
const MOST_BYTES = 400 * MIB;

let pod: Pod;
let id: string;
const rows: string[] = [];

beforeAll(async () => {
  pod = await startPod('load', 38);
  const block = 'head -c 67108864 /dev/urandom > /tmp/block; head -c 2097152 /dev/urandom > /tmp/two; echo made';
  id = await pod.run('main', `${block}; while true; do sleep 1; done`);
  await until('the blocks are there', () => readFileSync(logOf('main'), 'utf8').includes('made'));
});

afterAll(async () => {
  process.stdout.write(
    `\n| client | work | seconds | MB/s | peak of the daemon, MB |\n|---|---|---|---|---|\n${rows.join('\n')}\n`,
  );
  expect(await pod.close()).toEqual([]);
});

const logOf = (name: string): string => `${pod.logs}/${name}.log`;

const sync = async (script: string): Promise<string> => {
  const { stdout } = await pod.cri.runtime.execSync({ containerId: id, cmd: ['sh', '-c', script] });
  return Buffer.from(stdout).toString().trim().split(' ')[0] ?? '';
};

/** Peak of the resident set since it was last asked for (proc(5), clear_refs). */
const resetPeak = (): void => writeFileSync(`/proc/${pod.daemon().pid}/clear_refs`, '5');
const peak = (): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pod.daemon().pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** Runs some work, and puts its figures into the table. */
const measured = async (client: Client, what: string, bytes: number, work: () => Promise<void>): Promise<void> => {
  resetPeak();
  const begin = performance.now();
  await work();
  const seconds = (performance.now() - begin) / 1000;
  const most = peak();
  rows.push(
    `| ${client.name} | ${what} | ${seconds.toFixed(1)} | ${(bytes / 1e6 / seconds).toFixed(0)} | ${(most / 1e6).toFixed(0)} |`,
  );
  expect(most).toBeLessThan(MOST_BYTES);
};

const there = clients.filter(({ path }) => path !== undefined);
test('there is a client', () => expect(there.length).toBeGreaterThan(0));

describe.each(there)('$name', (client) => {
  test('1 GiB comes out of an exec with its checksum', async () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do cat /tmp/block; done';
    const expected = await sync(`(${script}) | sha256sum`);
    await measured(client, '1 GiB out', 1024 * MIB, async () => {
      const { stdout, done } = start(pod.bed, client, ['exec', id, 'sh', '-c', script]);
      expect(await digestOf(stdout)).toBe(expected);
      await done;
    });
  });

  test('200 MiB go into an exec with their checksum', async () => {
    const block = randomBytes(MIB);
    const hash = createHash('sha256');
    for (let i = 0; i < 200; i += 1) hash.update(block);
    await measured(client, '200 MiB in', 200 * MIB, async () => {
      const { stdin, stdout, done } = start(pod.bed, client, ['exec', '-i', id, 'sha256sum']);
      Readable.from(Array.from({ length: 200 }, () => block)).pipe(stdin);
      expect(Buffer.concat(await stdout.toArray()).toString()).toContain(hash.digest('hex'));
      await done;
    });
  });

  test('100 sessions at once have 2 MiB each', async () => {
    const expected = await sync('sha256sum /tmp/two');
    await measured(client, '100 x 2 MiB out at once', 200 * MIB, async () => {
      const sessions = Array.from({ length: 100 }, async () => {
        const { stdout, done } = start(pod.bed, client, ['exec', id, 'cat', '/tmp/two']);
        expect(await digestOf(stdout)).toBe(expected);
        await done;
      });
      await Promise.all(sessions);
    });
  });

  test('20 connections of a port-forward carry 50 MiB each', async () => {
    const port = await serveInPod();
    await measured(client, '20 x 50 MiB forwarded at once', 1000 * MIB, async () => {
      const local = await freePort();
      const forward = start(pod.bed, client, ['port-forward', pod.podSandboxId, `${local}:${port.number}`]);
      forward.done.catch(() => undefined);
      try {
        await once(forward.stdout, 'data'); // that it listens; not tried by a connection: crictl 1.25 stalls if one leaves in the middle
        const transfers = Array.from({ length: 20 }, async () => {
          const socket = connect(local, '127.0.0.1');
          socket.end();
          expect(await digestOf(socket)).toBe(port.digest);
        });
        await Promise.all(transfers);
      } finally {
        forward.process.kill('SIGKILL');
        port.close();
      }
    });
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** In the pod's network: whoever connects gets 50 blocks. */
const SERVER = `
  const block = require('node:fs').readFileSync(0);
  require('node:net').createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => undefined).resume();
    for (let i = 0; i < 50 && !socket.destroyed; i++) if (!socket.write(block)) await new Promise((done) => socket.once('drain', done).once('close', done));
    socket.end();
  }).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port) + '\\n'); });
`;

const serveInPod = async (): Promise<{ readonly number: number; readonly digest: string; close(): void }> => {
  const block = randomBytes(MIB);
  const hash = createHash('sha256');
  for (let i = 0; i < 50; i += 1) hash.update(block);
  const network = `${pod.bed.state}/sandboxes/${pod.podSandboxId}/ns/net`;
  const server = spawn('nsenter', [`--net=${network}`, process.execPath, '-e', SERVER]);
  server.stdin.end(block);
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return { number: Number(line), digest: hash.digest('hex'), close: () => void server.kill('SIGKILL') };
};
