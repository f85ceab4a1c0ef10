import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, makeBed } from '../../support/bed.ts';
import { connectV1alpha2 } from '../../support/clients.ts';
import { type RunningDaemon, startDaemon } from '../../support/daemon.ts';
import { crictlOf, isThere, type Release, writeConfigs } from './crictl.ts';
import { type Run, steps } from './steps.ts';

let bed: Bed;
let daemon: RunningDaemon;

const served = (enableCriV1: boolean): void => {
  beforeAll(async () => {
    bed = makeBed('crictl', 38);
    daemon = await startDaemon(bed, { 'enable-cri-v1': enableCriV1 });
  });
  afterAll(async () => {
    const client = connectV1alpha2(bed.socket);
    const { items } = await client.runtime.listPodSandbox({});
    for (const { id } of items) await client.runtime.removePodSandbox({ podSandboxId: id });
    client.close();
    await daemon.stop();
    bed.dispose();
  });
};

const works = (release: Release, api: Run['api']): void => {
  const name = `crictl-${release.replace('.', '-')}`;
  const run = { name, api, pod: '', container: '' };
  it.skipIf(!isThere(release)).each(Object.keys(steps))('%s', async (step) => {
    const own = Object.assign(run, { bed, crictl: crictlOf(release, bed) });
    await steps[step]?.(own);
  });
};

describe('with both versions of CRI on', () => {
  served(true);
  describe('crictl 1.23', () => works('1.23', 'v1alpha2'));
  describe('crictl 1.25', () => works('1.25', 'v1'));
  describe('crictl 1.29', () => works('1.29', 'v1'));
  describe('crictl 1.36', () => works('1.36', 'v1'));

  const facts = (release: Release, pod: string): unknown => {
    const { items } = crictlOf(release, bed).json('pods', '--id', pod, '-o', 'json') as { items: readonly object[] };
    return items.map((item) => {
      const { id, state, labels, annotations, createdAt, metadata } = item as Record<string, unknown>;
      return { id, state, labels, annotations, createdAt, metadata };
    });
  };

  for (const release of ['1.25', '1.29', '1.36'] as const) {
    const title = `a pod made by crictl 1.23 over v1alpha2 is the same to crictl ${release} over v1`;
    it.skipIf(!isThere('1.23') || !isThere(release))(title, () => {
      const pod = crictlOf('1.23', bed).run('runp', writeConfigs(bed, `seen-by-${release.replace('.', '-')}`).pod);
      const seen = facts(release, pod);
      expect(seen).toMatchObject([{ id: pod, state: 'SANDBOX_READY', annotations: { note: 'ä' } }]);
      expect(seen).toEqual(facts('1.23', pod));
    });
  }
});

describe('with CRI v1 off', () => {
  served(false);
  describe('crictl 1.23', () => works('1.23', 'v1alpha2'));
  describe('crictl 1.25 falls back', () => works('1.25', 'v1alpha2'));

  it.skipIf(!isThere('1.36'))('crictl 1.36, which speaks v1 alone, is told so', () => {
    const { status, stderr } = crictlOf('1.36', bed).try('pods');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/unknown service runtime\.v1\.RuntimeService|Unimplemented/);
  });
});
