import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attach, exec, portForward } from './support/api.ts';
import { request } from './support/http.ts';
import { KUBELET } from './support/kubelet.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, pod } from './support/pods.ts';

const MIB = 1024 * 1024;
const SERVE =
  'mkdir /www; head -c 3145728 /dev/urandom > /www/big; echo hello > /www/it; exec httpd -f -p 8080 -h /www';

let node: Node;
beforeAll(async () => {
  node = await openNode({ name: 'kstream', octet: 66 });
  node.put(
    pod('one', [
      container('main', SERVE),
      container('reader', 'while read -r line; do echo "got $line"; echo "said $line" >&2; done; sleep 1000000', {
        stdin: true,
      }),
    ]),
  );
  await node.pod('one');
});
afterAll(() => node.close());

const main = { pod: fullName('one'), container: 'main' };

test('exec: both outputs apart, and the exit code', async () => {
  const session = await exec(main, ['sh', '-c', 'echo out; echo err >&2; exit 7'], { stdin: false });
  expect(await session.exitCode()).toBe(7);
  expect(session.streams.stdout.text()).toBe('out\n');
  expect(session.streams.stderr.text()).toBe('err\n');
  session.client.transport.destroy();
});

test('exec: what goes in comes out, up to its end', async () => {
  const bytes = Buffer.alloc(2 * MIB, 'janus ');
  const session = await exec(main, ['cat']);
  for (let at = 0; at < bytes.length; at += 32_768) session.streams.stdin.write(bytes.subarray(at, at + 32_768));
  session.streams.stdin.end();
  expect(await session.exitCode()).toBe(0);
  expect(Buffer.concat(session.streams.stdout.received).equals(bytes)).toBe(true);
  session.client.transport.destroy();
});

test('exec: a terminal, with its size', async () => {
  const session = await exec(main, ['sh'], { tty: true });
  session.streams.resize.write(JSON.stringify({ Width: 123, Height: 45 }));
  await expect
    .poll(() => {
      session.streams.stdin.write('stty size\n');
      return session.streams.stdout.text();
    })
    .toContain('45 123');
  session.streams.stdin.write('exit 3\n');
  expect(await session.exitCode()).toBe(3);
  session.client.transport.destroy();
});

test('exec in a container that is not there is an error', async () => {
  const { status } = await request(`${KUBELET}/exec/default/${fullName('one')}/nobody?command=true&output=1`, 'POST');
  expect(status).toBeGreaterThanOrEqual(400);
});

test('attach: input reaches the container, and its outputs the client', async () => {
  const session = await attach({ ...main, container: 'reader' });
  session.streams.stdin.write('hello\n');
  await expect.poll(() => session.streams.stdout.text()).toBe('got hello\n');
  await expect.poll(() => session.streams.stderr.text()).toBe('said hello\n');
  session.client.transport.destroy();
});

/** One connection of a port-forward, and all that the server said on it. */
const fetchThrough = async (client: Awaited<ReturnType<typeof portForward>>, id: number, path: string) => {
  const pair = { port: '8080', requestid: String(id) };
  client.open({ ...pair, streamtype: 'error' }, { fin: true });
  const data = client.open({ ...pair, streamtype: 'data' });
  data.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  await data.ended;
  const answer = Buffer.concat(data.received);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
};

test('port-forward: several connections at once, each with its bytes', async () => {
  const client = await portForward(main.pod);
  const answers = await Promise.all([1, 2, 3].map((id) => fetchThrough(client, id, id === 1 ? '/it' : '/big')));
  expect(answers[0]?.toString()).toBe('hello\n');
  const digests = answers.slice(1).map((body) => createHash('sha256').update(body).digest('hex'));
  const summed = await exec(main, ['sha256sum', '/www/big'], { stdin: false });
  await summed.exitCode();
  const [expected] = summed.streams.stdout.text().split(' ');
  expect(digests).toEqual([expected, expected]);
  client.transport.destroy();
  summed.client.transport.destroy();
});
