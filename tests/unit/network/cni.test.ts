import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { NETWORKS_ANNOTATION } from '../../../src/network/plan.ts';
import { answer, kept, lab, MAIN, META, never, oneAddress, patient, ready, sandboxWith, verbs } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

const netns = '/run/netns/none';
const annotated = sandboxWith({
  annotations: { [NETWORKS_ANNOTATION]: '[{"name":"red"},{"name":"blue","interface":"net1"}]' },
});

describe('attach', () => {
  test('runs the chain, each plugin with the result of the one before', async () => {
    const one = ready();
    const portMappings = [{ protocol: 'tcp', containerPort: 80, hostPort: 8080, hostIp: '' }] as const;
    const network = await one.start();
    network.setPodCidr('10.1.0.0/16');
    const attached = await network.attach(sandboxWith({ portMappings }), netns, never);

    expect(attached).toEqual([{ network: 'pods', interfaceName: 'eth0', ips: ['10.1.2.3', 'fd00::3'] }]);
    expect(verbs(one)).toEqual(['ADD main', 'ADD meta']);
    expect(one.calls()[0]?.config).toEqual({ cniVersion: '1.0.0', name: 'pods', type: 'main', mtu: 1400 });
    expect(one.calls()[1]?.config).toMatchObject({
      name: 'pods',
      runtimeConfig: {
        portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
        ipRanges: [[{ subnet: '10.1.0.0/16' }]],
      },
      prevResult: MAIN,
    });
  });

  test('adds the networks of the annotation after the default one', async () => {
    const one = ready();
    const attached = await (await one.start()).attach(annotated, netns, never);
    expect(attached).toEqual([
      { network: 'pods', interfaceName: 'eth0', ips: ['10.1.2.3', 'fd00::3'] },
      { network: 'red', interfaceName: 'eth1', ips: ['10.9.9.9'] },
      { network: 'blue', interfaceName: 'net1', ips: [] },
    ]);
    expect(one.calls().map(({ env }) => env['CNI_IFNAME'])).toEqual(['eth0', 'eth0', 'eth1', 'net1']);
  });

  test('that fails takes down what was begun, and keeps nothing', async () => {
    const one = ready();
    one.recorder('second', '[ "$CNI_COMMAND" = DEL ] || exit 1');
    const network = await one.start();
    await expect(network.attach(annotated, netns, never)).rejects.toThrow('plugin "second": ADD');
    expect(verbs(one)).toEqual(['ADD main', 'ADD meta', 'ADD second', 'DEL second', 'DEL meta', 'DEL main']);
    expect(kept(one)).toEqual([]);
  });

  test('that fails and cannot be taken down says both, and what is kept serves a later detach', async () => {
    const one = ready();
    one.recorder('second', 'exit 1');
    const network = await one.start();
    await expect(network.attach(annotated, netns, never)).rejects.toThrow(
      /"second": ADD .* \(and cleaning up failed: .*"second": DEL /,
    );
    expect(kept(one)).toHaveLength(1);
    await expect(network.attach(annotated, netns, never)).rejects.toMatchObject({ kind: 'failed-precondition' });
    one.recorder('second');
    await network.detach(annotated, netns, never);
    expect(kept(one)).toEqual([]);
  });

  test('takes down even when the caller has left', async () => {
    const one = ready();
    const controller = new AbortController();
    one.recorder('meta', '[ "$CNI_COMMAND" = DEL ] || exec sleep 1000');
    const network = await one.start();
    const attaching = network.attach(sandboxWith(), netns, { signal: controller.signal });
    await expect.poll(() => verbs(one), patient).toEqual(['ADD main', 'ADD meta']);
    controller.abort(new Error('left'));
    await expect(attaching).rejects.toThrow('left');
    expect(verbs(one).slice(2)).toEqual(['DEL meta', 'DEL main']);
    expect(kept(one)).toEqual([]);
  });

  test('has its plan on disk before the first plugin runs', async () => {
    const one = ready();
    one.plugin(
      'main',
      `ls ${one.cacheDir} > "$dir/seen"\n[ "$CNI_COMMAND" = DEL ] || { echo "$(cat "$dir/seen")" >&2; exit 1; }`,
    );
    const sandbox = sandboxWith();
    await expect((await one.start()).attach(sandbox, netns, never)).rejects.toThrow(`${sandbox.id}.json`);
  });

  test('without a configuration says what is missing', async () => {
    const one = lab();
    await expect((await one.start()).attach(sandboxWith(), netns, never)).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: `cni is not initialized: no network configuration in ${one.confDir}`,
    });
  });
});

describe('detach', () => {
  test('of a pod that was half made ends the plugin that still runs for it first: a daemon was killed', async () => {
    const one = ready();
    const network = await one.start();
    const half = sandboxWith();
    await network.attach(half, netns, never);
    const plugin = (id: string): ChildProcess =>
      spawn('sleep', ['1000'], { detached: true, env: { ...process.env, CNI_CONTAINERID: id } });
    const [left, other] = [plugin(half.id), plugin(sandboxWith().id)];
    const ended = once(left, 'exit');
    await network.detach(half, netns, never);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(other.kill('SIGKILL')).toBe(true);
    expect(kept(one)).toEqual([]);
  });

  test('is in reverse order, with the last result, and once', async () => {
    const one = ready();
    const network = await one.start();
    await network.attach(annotated, netns, never);
    await network.detach(annotated, netns, never);
    const removed = one.calls().slice(4);
    expect(removed.map(({ type }) => type)).toEqual(['third', 'second', 'meta', 'main']);
    expect(removed.map(({ env }) => env['CNI_IFNAME'])).toEqual(['net1', 'eth1', 'eth0', 'eth0']);
    expect(removed.slice(2).map(({ config }) => config['prevResult'])).toEqual([META, META]);
    expect(kept(one)).toEqual([]);

    await network.detach(annotated, netns, never);
    expect(one.calls()).toHaveLength(8);
  });

  test.each([
    ['no file', netns],
    ['a file without a mount', import.meta.filename],
  ])('tells plugins by an empty path that the namespace is gone: %s', async (_name, path) => {
    const one = ready();
    const network = await one.start();
    const sandbox = sandboxWith();
    await network.attach(sandbox, path, never);
    await network.detach(sandbox, path, never);
    expect(one.calls().map(({ env }) => env['CNI_NETNS'])).toEqual([path, path, '', '']);
  });

  test('hands on a namespace that is there', async () => {
    const one = ready();
    const network = await one.start();
    const sandbox = sandboxWith();
    const own = '/proc/self/ns/net';
    await network.attach(sandbox, own, never);
    await network.detach(sandbox, own, never);
    expect(one.calls().map(({ env }) => env['CNI_NETNS'])).toEqual([own, own, own, own]);
  });

  test('needs neither the daemon that attached nor its configuration', async () => {
    const one = ready();
    const first = await one.start();
    await first.attach(annotated, netns, never);
    first.close();
    rmSync(one.confDir, { recursive: true });
    const second = await one.start();
    await second.detach(annotated, netns, never);
    expect(
      one
        .calls()
        .slice(4)
        .map(({ type }) => type),
    ).toEqual(['third', 'second', 'meta', 'main']);
    expect(one.calls()[6]?.config).toMatchObject({ name: 'pods', prevResult: META });
  });

  test('goes on when a network fails, keeps the file and reports the first failure', async () => {
    const one = ready();
    const network = await one.start();
    await network.attach(annotated, netns, never);
    one.recorder('third', 'exit 1');
    one.recorder('meta', 'exit 1');
    await expect(network.detach(annotated, netns, never)).rejects.toThrow('plugin "third": DEL');
    expect(
      one
        .calls()
        .slice(4)
        .map(({ type }) => type),
    ).toEqual(['third', 'second', 'meta', 'main']);
    expect(kept(one)).toHaveLength(1);
    expect(one.lines.filter(({ message }) => message === 'CNI DEL failed')).toHaveLength(2);
  });

  test('of a plan without results, as a crash leaves it, is done without them', async () => {
    const one = ready();
    const network = await one.start();
    const sandbox = sandboxWith();
    await network.attach(sandbox, netns, never);
    const file = join(one.cacheDir, `${sandbox.id}.json`);
    const { version, networks } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(
      file,
      JSON.stringify({ version, networks: networks.map(({ result: _result, ...rest }: { result: unknown }) => rest) }),
    );
    await network.detach(sandbox, netns, never);
    expect(verbs(one).slice(2)).toEqual(['DEL meta', 'DEL main']);
    expect(one.calls()[2]?.config).not.toHaveProperty('prevResult');
  });

  test('before 0.4.0 gives no result', async () => {
    const one = lab();
    one.configure('10.conf', { cniVersion: '0.3.1', name: 'old', type: 'main' });
    one.recorder('main', answer({ ...oneAddress, cniVersion: '0.3.1' }));
    const network = await one.start();
    const sandbox = sandboxWith();
    await network.attach(sandbox, netns, never);
    await network.detach(sandbox, netns, never);
    expect(one.calls()[1]?.config).toEqual({ cniVersion: '0.3.1', name: 'old', type: 'main' });
  });
});

test('pods are attached beside each other', async () => {
  const one = ready();
  one.plugin(
    'main',
    `[ "$CNI_COMMAND" = DEL ] && exit 0\ntouch "$dir/$CNI_CONTAINERID.here"\nwhile [ $(ls "$dir" | grep -c here) -lt 2 ]; do sleep 0.02; done\n${answer(MAIN)}`,
  );
  const network = await one.start(30_000);
  const both = [sandboxWith(), sandboxWith()].map((sandbox) => network.attach(sandbox, netns, never));
  expect(await Promise.all(both)).toHaveLength(2);
});
