import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { exec, type Pod, startPod } from './pod.ts';

let pod: Pod;
let id: string;

beforeAll(async () => {
  pod = await startPod('exec', 21);
  id = await pod.run('main', 'while true; do sleep 1; done');
});

afterAll(async () => {
  expect(await pod.close()).toEqual([]);
});

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Processes of the container, seen from inside. */
const processes = async (): Promise<string> => {
  const { stdout } = await pod.cri.runtime.execSync({ containerId: id, cmd: ['ps', '-o', 'args'], timeout: 10n });
  return Buffer.from(stdout).toString();
};

describe('a command without a terminal', () => {
  it('has its input, its outputs apart, and its exit code', async () => {
    const session = await exec(pod, id, 'read line; echo "out $line"; echo "err $line" >&2; exit 7');
    session.streams.stdin.write('hello\n');
    expect(await session.exitCode()).toBe(7);
    expect(session.streams.stdout.text()).toBe('out hello\n');
    expect(session.streams.stderr.text()).toBe('err hello\n');
  });

  it('sees the end of its input, and can answer after it', async () => {
    const bytes = randomBytes(20_000_000);
    const session = await exec(pod, id, 'cat; echo end >&2');
    for (let i = 0; i < bytes.length; i += 65_536) session.streams.stdin.write(bytes.subarray(i, i + 65_536));
    session.streams.stdin.end();
    expect(await session.exitCode()).toBe(0);
    expect(digest(Buffer.concat(session.streams.stdout.received))).toBe(digest(bytes));
    expect(session.streams.stderr.text()).toBe('end\n');
  });

  it('reads nothing when the client sends no input', async () => {
    const session = await exec(pod, id, 'cat; echo done', { stdin: false });
    expect(await session.exitCode()).toBe(0);
    expect(session.streams.stdout.text()).toBe('done\n');
  });

  it('is not held back by input that it does not read', async () => {
    const session = await exec(pod, id, 'exec <&-; sleep 0.2; echo ready');
    session.streams.stdin.write(Buffer.alloc(1_000_000));
    expect(await session.exitCode()).toBe(0);
    expect(session.streams.stdout.text()).toBe('ready\n');
  });

  it('killed by a signal has 128 and its number', async () => {
    const session = await exec(pod, id, 'kill -9 $$');
    expect(await session.exitCode()).toBe(137);
  });

  it('ends although what it left in the background holds its output', async () => {
    const session = await exec(pod, id, 'sleep 1000 & echo started');
    expect(await session.exitCode()).toBe(0);
    expect(session.streams.stdout.text()).toBe('started\n');
    expect(await processes()).toContain('sleep 1000');
    await exec(pod, id, 'pkill -f "sleep 1000"').then((kill) => kill.exitCode());
  });

  it.each([false, true])('that does not exist is a failure with a reason (terminal: %s)', async (tty) => {
    const session = await exec(pod, id, ['no-such-command'], { tty });
    await expect(session.exitCode()).rejects.toThrow(/cannot be run: .*no-such-command/);
  });
});

describe('a command in a terminal', () => {
  it('has the size of the client from the start, and each size that follows', async () => {
    const session = await exec(pod, id, 'stty size; trap "stty size; exit 3" WINCH; while true; do sleep 0.05; done', {
      tty: true,
    });
    session.streams.resize.write('{"Width":111,"Height":33}');
    await until('the first size', () => session.streams.stdout.text().includes('33 111\r\n'));
    session.streams.resize.write('{"Width":80,"Height":24}');
    expect(await session.exitCode()).toBe(3);
    expect(session.streams.stdout.text()).toBe('33 111\r\n24 80\r\n');
  });

  it('is interactive: it has a controlling terminal, and takes the end of the input for its own', async () => {
    const session = await exec(pod, id, 'echo $TERM; cat > /tmp/typed; cat /tmp/typed > /dev/tty; exit 9', {
      tty: true,
    });
    await until('the terminal', () => session.streams.stdout.text().includes('xterm'));
    session.streams.stdin.write('typed\n');
    session.streams.stdin.end();
    expect(await session.exitCode()).toBe(9);
    expect(session.streams.stdout.text()).toBe('xterm\r\ntyped\r\ntyped\r\n');
  });

  it('is interrupted by ^C', async () => {
    const session = await exec(pod, id, 'trap "exit 5" INT; echo ready; while true; do sleep 0.05; done', {
      tty: true,
    });
    await until('it is ready', () => session.streams.stdout.text().includes('ready'));
    session.streams.stdin.write('\x03');
    expect(await session.exitCode()).toBe(5);
  });
});

describe('the client', () => {
  it.each([false, true])('that leaves takes the whole process tree along (terminal: %s)', async (tty) => {
    const session = await exec(pod, id, 'sleep 2001 & (sleep 2002 &); sleep 2003', { tty });
    await until('the processes', async () => {
      const seen = await processes();
      return ['2001', '2002', '2003'].every((each) => seen.includes(`sleep ${each}\n`));
    });
    session.client.transport.destroy();
    await until('they are gone', async () => !/sleep 200/.test(await processes()));
  });

  it('that does not read holds back the command, and nobody else', async () => {
    const session = await exec(pod, id, 'yes | head -c 50000000; echo over >&2');
    session.client.transport.pause();
    const other = await exec(pod, id, 'echo other');
    expect(await other.exitCode()).toBe(0);
    expect(await processes()).toContain('head -c 50000000');
    session.client.transport.resume();
    expect(await session.exitCode()).toBe(0);
    expect(session.streams.stdout.received.reduce((sum, { length }) => sum + length, 0)).toBe(50_000_000);
  });
});

it('serves fifty sessions at once', async () => {
  const sessions = Array.from({ length: 50 }, async (_, index) => {
    const session = await exec(pod, id, `read n; echo "$n"; exit ${index}`, { tty: index % 5 === 0 });
    session.streams.stdin.write(`${index}\n`);
    expect(await session.exitCode()).toBe(index);
    expect(session.streams.stdout.text()).toContain(String(index));
  });
  await Promise.all(sessions);
});

it('a session ends with its container, and the client is told', async () => {
  const victim = await pod.run('victim', 'while true; do sleep 1; done');
  const session = await exec(pod, victim, 'echo up; sleep 1000');
  await until('it runs', () => session.streams.stdout.text() === 'up\n');
  await pod.cri.runtime.stopContainer({ containerId: victim, timeout: 0n });
  expect(await session.exitCode()).toBe(137);
});
