import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { attach, type Pod, startPod } from './pod.ts';

let pod: Pod;

beforeAll(async () => {
  pod = await startPod('attach', 22);
});

afterAll(async () => {
  expect(await pod.close()).toEqual([]);
});

const ECHO = 'while read line; do [ "$line" = quit ] && exit 4; echo "out $line"; echo "err $line" >&2; done; echo end';

const stateOf = async (containerId: string): Promise<number | undefined> =>
  (await pod.cri.runtime.containerStatus({ containerId })).status?.state;
const EXITED = 2;

it('carries all streams, to several clients at once, until the container ends', async () => {
  const id = await pod.run('several', ECHO, { stdin: true });
  const [one, two] = [await attach(pod, id), await attach(pod, id, { stdin: false })];
  // What is written before a client is there is not for it.
  await until('both are attached', async () => {
    one.streams.stdin.write('early\n');
    await delay(100);
    return [one, two].every(({ streams }) => streams.stdout.text().startsWith('out early\n'));
  });
  one.streams.stdin.write('a\n');
  for (const { streams } of [one, two]) {
    await until(
      'the output',
      () => streams.stdout.text().endsWith('\nout a\n') && streams.stderr.text().endsWith('err a\n'),
    );
  }
  one.streams.stdin.write('quit\n');
  expect(await Promise.all([one.exitCode(), two.exitCode()])).toEqual([0, 0]);
});

it('a client that leaves, or ends its input, does the container no harm', async () => {
  const id = await pod.run('leaving', ECHO, { stdin: true });
  const gone = await attach(pod, id);
  gone.streams.stdin.write('a\n');
  await until('the output', () => gone.streams.stdout.text() === 'out a\n');
  gone.client.transport.destroy();
  const ending = await attach(pod, id);
  ending.streams.stdin.write('b\n');
  ending.streams.stdin.end();
  await until('the output', () => ending.streams.stdout.text() === 'out b\n');
  const last = await attach(pod, id);
  last.streams.stdin.write('c\n');
  await until('the output of all', () =>
    [ending, last].every(({ streams }) => streams.stdout.text().endsWith('out c\n')),
  );
  for (const { client } of [ending, last]) client.transport.destroy();
});

it('with stdin_once the end of the input is the end of the container’s', async () => {
  const id = await pod.run('once', 'cat; echo end; exit 6', { stdin: true, stdinOnce: true });
  const session = await attach(pod, id);
  const bytes = Buffer.from('0123456789abcdef\n'.repeat(100_000));
  for (let i = 0; i < bytes.length; i += 30_000) session.streams.stdin.write(bytes.subarray(i, i + 30_000));
  session.streams.stdin.end();
  expect(await session.exitCode()).toBe(0);
  expect(session.streams.stdout.text() === `${bytes.toString()}end\n`).toBe(true);
  await until('it has ended', async () => (await stateOf(id)) === EXITED);
});

it('resizes the terminal of the container', async () => {
  const id = await pod.run('terminal', 'while read line; do stty size; done', { stdin: true, tty: true });
  const session = await attach(pod, id, { tty: true });
  session.streams.resize.write('{"Width":99,"Height":44}');
  await until('the size', async () => {
    session.streams.stdin.write('\n');
    await delay(100);
    return session.streams.stdout.text().includes('44 99\r\n');
  });
  session.client.transport.destroy();
});

it('input to a container that has none is dropped', async () => {
  const id = await pod.run('deaf', 'while [ ! -e /go ]; do echo tick; sleep 0.1; done; echo still here; exit 0');
  const session = await attach(pod, id);
  session.streams.stdin.write(Buffer.alloc(1_000_000));
  await until('it is attached', () => session.streams.stdout.text().includes('tick'));
  await pod.cri.runtime.execSync({ containerId: id, cmd: ['touch', '/go'], timeout: 20n });
  expect(await session.exitCode()).toBe(0);
  expect(session.streams.stdout.text()).toMatch(/^(tick\n)+still here\n$/);
});

it('a client that stops reading is cut off, and does not stall the container or the others', async () => {
  const script =
    'read go; i=0; while [ $i -lt 300 ]; do head -c 100000 /dev/zero | tr "\\0" x; echo; i=$((i+1)); done; echo over; sleep 1000';
  const id = await pod.run('chatty', script, { stdin: true });
  const slow = await attach(pod, id);
  const quick = await attach(pod, id);
  slow.client.transport.pause();
  quick.streams.stdin.write('go\n');
  await until('the container has written all', () =>
    quick.streams.stdout.received.at(-1)?.toString().endsWith('over\n'),
  );
  slow.client.transport.resume();
  await expect(slow.exitCode()).rejects.toThrow(/reads more slowly/);
  expect(await stateOf(id)).not.toBe(EXITED);
  quick.client.transport.destroy();
});

it('only so many clients are attached to a container', async () => {
  const id = await pod.run('crowded', 'while true; do echo tick; sleep 0.1; done');
  const sit = async () => attach(pod, id, { stdin: false });
  const sessions = await Promise.all(Array.from({ length: 32 }, sit));
  await until('all sit', () => sessions.every(({ streams }) => streams.stdout.text().includes('tick')));
  await expect((await sit()).exitCode()).rejects.toThrow(/32 clients are attached/);
  sessions[0]?.client.transport.destroy();
  const next = await until('a seat is free', async () => {
    const session = await sit();
    const refused = session.streams.error.ended.then(() => undefined);
    return Promise.race([
      refused,
      until('a tick', () => session.streams.stdout.text().includes('tick')).then(() => session),
    ]);
  });
  for (const { client } of [...sessions, next]) client.transport.destroy();
});
