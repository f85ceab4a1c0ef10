import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/wait.ts';
import { cases, type Given, spareContainer } from './requests.ts';
import { changed, leaves, masked } from './support/compare.ts';
import { makeContainer, makeHostPod, makeSubjects } from './support/subjects.ts';
import { withV1 } from './support/versions.ts';
import { known, knownBytes, rpcOf } from './support/wire.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let given: Given;

beforeAll(async () => {
  world = await openWorld({ name: 'answer', octet: 31 });
  const pod = await makeHostPod(world);
  const container = await makeContainer(world, pod, spareContainer());
  await world.client('v1alpha2').runtime.startContainer({ containerId: container.containerId });
  given = { world, spare: { pod, container }, ...(await makeSubjects(world)) };
});

afterAll(() => world.close());

type Rpc = (typeof cases)[number];

const askOld = (rpc: Rpc): Promise<Buffer> => world.wire.ask('v1alpha2', rpc, rpc.request(given));
const askNew = (rpc: Rpc): Promise<Buffer> => world.wire.ask('v1', rpc, rpc.request(given));
const shared = (rpc: Rpc, bytes: Buffer): unknown => masked(known(rpc, bytes));

/** Asks over v1 between two equal answers over v1alpha2: then nothing that it is about changed meanwhile. */
const askBoth = (rpc: Rpc): Promise<{ readonly old: unknown; readonly current: unknown }> =>
  until('two equal answers', async () => {
    const before = shared(rpc, await askOld(rpc));
    const current = shared(rpc, await askNew(rpc));
    const after = shared(rpc, await askOld(rpc));
    return isDeepStrictEqual(before, after) ? { old: before, current } : undefined;
  });

const find = (name: string): Rpc => {
  const rpc = cases.find((each) => each.name === name);
  if (rpc === undefined) throw new Error(`no case of ${name}`);
  return rpc;
};

describe.runIf(withV1)('the same question over both versions', () => {
  it.each(cases)('$name: every shared field of the answer is the same', async (rpc) => {
    const { old, current } = await askBoth(rpc);
    expect(current).toEqual(old);
  });

  it.each([
    'containerStatus',
    'podSandboxStatus',
    'listContainers',
    'listPodSandbox',
    'podSandboxStats',
    'imageStatus',
  ])('%s: a difference in any one shared field shows', async (name) => {
    const rpc = find(name);
    const bytes = await askNew(rpc);
    const { responseDeserialize, responseSerialize } = rpcOf('v1', rpc);
    const answer = responseDeserialize(bytes);
    const paths = leaves(known(rpc, bytes));
    expect(paths.length).toBeGreaterThan(5);
    const unseen = paths.filter((path) => {
      const another = responseSerialize(changed(answer, path));
      return isDeepStrictEqual(shared(rpc, another), shared(rpc, bytes));
    });
    expect(unseen).toEqual([]);
  });
});

const hasFields = (rpc: Rpc): boolean =>
  Object.keys(rpcOf('v1alpha2', rpc).responseDeserialize(Buffer.alloc(0))).length > 0;

describe('an answer over v1alpha2', () => {
  it.each(cases)('$name: says something where it can', async (rpc) => {
    const bytes = await askOld(rpc);
    expect(bytes.length > 0).toBe(hasFields(rpc) && rpc.empty !== true);
  });

  it.each(cases)('$name: holds no byte that v1alpha2 does not know', async (rpc) => {
    const bytes = await askOld(rpc);
    expect(knownBytes(rpc, bytes).toString('hex')).toBe(bytes.toString('hex'));
  });

  it.runIf(withV1).each(['containerStatus', 'listContainers', 'podSandboxStatus', 'status', 'imageFsInfo'])(
    '%s: is shorter than that over v1, which has more to say',
    async (name) => {
      const rpc = find(name);
      const bytes = await askNew(rpc);
      expect(knownBytes(rpc, bytes).length).toBeLessThan(bytes.length);
    },
  );
});
