import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { JanusError } from '../../../src/core/errors.ts';
import { findPlugin } from '../../../src/network/find-plugin.ts';
import { answer, type Lab, lab, never, oneAddress, patient, sandboxWith, temporary } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

const netns = '/run/netns/none';

/** A network of one plugin, whose DEL always works. */
const labWith = (body: string): Lab => {
  const one = lab();
  one.configure('10.conflist', { cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'main' }] });
  one.plugin('main', `[ "$CNI_COMMAND" = DEL ] && exit 0\n${body}`);
  return one;
};

const failureOf = async (one: Lab, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<JanusError> => {
  const network = await one.start(options.timeoutMs);
  const { signal = never.signal } = options;
  return network.attach(sandboxWith(), netns, { signal }).then(
    () => expect.fail('was attached'),
    (error) => error,
  );
};

const PREFIX = 'CNI network "pods": plugin "main": ADD';

describe('an ADD fails when the plugin', () => {
  test.each([
    ['exits without a word', 'exit 3', 'internal', 'ended with exit code 3 and said nothing'],
    ['exits with text', 'echo no such device >&2; exit 1', 'internal', 'ended with exit code 1: "no such device"'],
    ['crashes', 'kill -SEGV $$', 'internal', 'was killed by signal 11'],
    [
      'tells why',
      `echo '{"code":7,"msg":"no range","details":"x"}'; exit 1`,
      'internal',
      'failed: no range; x (code 7)',
    ],
    ['asks to try later', `echo '{"code":11,"msg":"busy"}'; exit 1`, 'unavailable', 'failed: busy (code 11)'],
    ['tells half of why', `printf '{"code":7,"ms'; exit 1`, 'internal', 'ended with exit code 1'],
    ['prints nothing', 'exit 0', 'internal', 'answered wrongly: the result is not a JSON object'],
    ['prints rubbish', 'head -c 4096 /dev/urandom', 'internal', 'answered wrongly: the result is not a JSON object'],
    [
      'prints half a result',
      `printf '{"cniVersion":"1.0.0","ips":[{"addr'`,
      'internal',
      'the result is not a JSON object',
    ],
    ['prints without end', 'head -c 3000000 /dev/zero', 'internal', 'printed 1 MiB or more'],
  ])('%s', async (_name, body, kind, message) => {
    const error = await failureOf(labWith(body));
    expect(error).toMatchObject({ name: 'JanusError', kind });
    expect(error.message).toContain(PREFIX);
    expect(error.message).toContain(message);
  });

  test('gives no address', async () => {
    const error = await failureOf(labWith(answer({ cniVersion: '1.0.0', ips: [] })));
    expect(error).toMatchObject({ kind: 'internal', message: 'CNI network "pods": ADD gave the pod no IP address' });
  });

  test('has much to say: the message is cut', async () => {
    const error = await failureOf(labWith(`printf '{"code":7,"msg":"%05000d"}' 0; exit 1`));
    expect(error.message.length).toBeLessThan(1200);
  });
});

const isGone = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
};
const pidIn = (file: string): number => Number(readFileSync(file, 'utf8'));

test('a plugin that hangs is killed at the deadline, with what it started', async () => {
  const file = join(temporary(), 'child');
  const error = await failureOf(labWith(`sleep 1000 & echo $! > ${file}; wait`), { timeoutMs: 2_000 });
  expect(error).toMatchObject({
    kind: 'deadline-exceeded',
    message: `${PREFIX} did not end within 2 s and was killed`,
  });
  await vi.waitFor(() => expect(isGone(pidIn(file))).toBe(true), patient);
});

test('a child that keeps the output open does not outlive the deadline', async () => {
  const file = join(temporary(), 'child');
  const error = await failureOf(labWith(`sleep 1000 & echo $! > ${file}\n${answer(oneAddress)}`), { timeoutMs: 2_000 });
  expect(error).toMatchObject({ kind: 'deadline-exceeded' });
  await vi.waitFor(() => expect(isGone(pidIn(file))).toBe(true), patient);
});

test('a cancelled call keeps the caller’s reason and kills the plugin', async () => {
  const file = join(temporary(), 'self');
  const controller = new AbortController();
  const failing = failureOf(labWith(`echo $$ > ${file}; exec sleep 1000`), { signal: controller.signal });
  await vi.waitFor(() => expect(existsSync(file) && pidIn(file)).toBeGreaterThan(0), patient);
  controller.abort(new Error('client left'));
  expect((await failing).message).toBe('client left');
  await vi.waitFor(() => expect(isGone(pidIn(file))).toBe(true), patient);
});

test('the environment is the specification’s and nothing of the daemon’s', async () => {
  process.env['JANUS_TEST_SECRET'] = 'x';
  const one = labWith('');
  one.recorder('main');
  const sandbox = sandboxWith();
  await (await one.start()).attach(sandbox, netns, never);
  delete process.env['JANUS_TEST_SECRET'];
  const { PWD: _pwd, OLDPWD: _oldPwd, _: _last, SHLVL: _shlvl, ...env } = one.calls()[0]?.env ?? {};
  expect(env).toEqual({
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: sandbox.id,
    CNI_NETNS: netns,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: expect.stringMatching(/^IgnoreUnknown=1;/),
    CNI_PATH: expect.stringMatching(/nothing-here:.*bin$/),
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  });
});

test('a plugin is a program in one of the directories', async () => {
  const one = labWith('');
  one.configure('10.conflist', { cniVersion: '1.0.0', name: 'pods', plugins: [{ type: 'dir' }] });
  symlinkSync('/usr', join(one.binDir, 'dir'));
  const network = await one.start();
  expect(network.readiness()).toMatchObject({
    ready: false,
    message: expect.stringContaining('CNI plugin "dir" is not in'),
  });
});

test('a type that leads out of the directories is no plugin, whatever it leads to', () => {
  const one = lab();
  one.plugin('main', '');
  expect(findPlugin('main', [one.binDir])).toBe(join(one.binDir, 'main'));
  expect(() => findPlugin('../bin/main', [one.binDir])).toThrow(
    expect.objectContaining({ kind: 'failed-precondition' }),
  );
});
