import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tool } from '../support/paths.ts';
import { type ApiFront, startApiFront } from './support/api-front.ts';
import { get } from './support/http.ts';
import { type Kubectl, makeKubectl } from './support/kubectl.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, pod, SLEEP } from './support/pods.ts';

/** The newest that speaks SPDY at once; later ones try a WebSocket first, which ends at the API server. */
const program = tool('kubectl-1.29');
const MIB = 1024 * 1024;
const ONE = fullName('one');
const SERVE = 'mkdir /www; echo hello > /www/it; echo begun; exec httpd -f -p 8080 -h /www';

/** Where megabytes differ, which nobody wants to read. */
const compared = (got: Buffer, wanted: Buffer): string => {
  if (got.equals(wanted)) return 'the same';
  const at = got.findIndex((byte, index) => byte !== wanted[index]);
  return `${got.length} bytes for ${wanted.length}, another one at ${at}`;
};

// The client of the field, with Go's SPDY, at the kubelet's own API.
describe.skipIf(program === undefined)('kubectl', () => {
  let node: Node;
  let front: ApiFront;
  let kubectl: Kubectl;
  let home: string;
  beforeAll(async () => {
    node = await openNode({ name: 'kubectl', octet: 74 });
    front = await startApiFront();
    home = join(node.bed.directory, 'home');
    mkdirSync(home);
    kubectl = makeKubectl(program ?? '', front, home);
    const asks = { stdin: true, stdinOnce: true };
    node.put(pod('one', [container('main', SERVE), container('side', SLEEP)]));
    node.put(pod('asking', [container('main', 'cat', asks)], { restartPolicy: 'Never' }));
    await node.pod('one');
    await node.pod('asking');
  });
  afterAll(async () => {
    front.close();
    await node.close();
  });

  const exec = (args: readonly string[], input?: Buffer) =>
    kubectl.run(['exec', ONE, '-c', 'main', ...(input === undefined ? [] : ['-i']), '--', ...args], input);

  test('exec: both outputs apart, and the exit code', async () => {
    const { status, stdout, stderr } = await exec(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 7, stdout: 'out\n' });
    expect(stderr).toMatch(/^err\n.*exit code 7/);
  });

  test('exec: what goes in comes out, up to its end', async () => {
    const bytes = randomBytes(8 * MIB);
    const { status, stdout } = await exec(['cat'], bytes);
    expect({ status, output: compared(stdout, bytes) }).toEqual({ status: 0, output: 'the same' });
  });

  test('exec: a terminal of the size of ours', async () => {
    const args = ['exec', '-it', ONE, '-c', 'main', '--', 'sh', '-c', 'sleep 1; stty size'];
    const { status, stdout } = await kubectl.inTerminal({ rows: 45, columns: 123 }, args);
    expect({ status, seen: stdout.toString().trim() }).toEqual({ status: 0, seen: '45 123' });
  });

  test('cp: a file there and back', async () => {
    const [there, back] = [join(home, 'there'), join(home, 'back')];
    const bytes = randomBytes(3 * MIB);
    writeFileSync(there, bytes);
    const copied = `${ONE}:/tmp/copied`;
    expect(await kubectl.run(['cp', '-c', 'main', there, copied])).toMatchObject({ status: 0 });
    expect(await kubectl.run(['cp', '-c', 'main', copied, back])).toMatchObject({ status: 0 });
    expect(compared(readFileSync(back), bytes)).toBe('the same');
  });

  test('attach: the container reads up to the end of what it is given, and answers', async () => {
    const bytes = Buffer.from(randomBytes(MIB).toString('hex'));
    const { status, stdout } = await kubectl.run(['attach', '-i', fullName('asking'), '-c', 'main'], bytes);
    expect({ status, output: compared(stdout, bytes) }).toEqual({ status: 0, output: 'the same' });
    await node.pod('asking', (seen) => seen.status.phase === 'Succeeded');
  });

  test('port-forward: several connections at once', async () => {
    const child = kubectl.start(['port-forward', `pod/${ONE}`, ':8080']);
    try {
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+) -> 8080$/.exec(line) ?? [];
      const answers = Promise.all([1, 2, 3, 4].map(() => get(`http://127.0.0.1:${port ?? ''}/it`)));
      expect(await answers).toEqual(['hello\n', 'hello\n', 'hello\n', 'hello\n']);
    } finally {
      child.kill();
    }
  });

  test('logs', async () => {
    const { stdout } = await kubectl.run(['logs', ONE, '-c', 'main', '--tail=1']);
    expect(stdout.toString()).toBe('begun\n');
  });
});
