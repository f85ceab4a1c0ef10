import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHostPod } from './support/subjects.ts';
import { withV1 } from './support/versions.ts';
import { definitions } from './support/wire.ts';
import { openWorld, type World } from './support/world.ts';

const rpcsOf = (version: 'v1' | 'v1alpha2') =>
  Object.values(definitions[version]).flatMap((definition) => Object.values(definition).map(({ path }) => path));

const UNIMPLEMENTED = { code: status.UNIMPLEMENTED };
let world: World;

describe('with enable-cri-v1 off', () => {
  beforeAll(async () => {
    world = await openWorld({ name: 'v1off', octet: 35, enableCriV1: false });
  });
  afterAll(() => world.close());

  it.each(rpcsOf('v1'))('%s is not there', (path) =>
    expect(world.wire.call(path)).rejects.toMatchObject(UNIMPLEMENTED),
  );

  it.each(rpcsOf('v1alpha2'))('%s is there', async (path) => {
    const code = await world.wire.call(path).then(
      () => status.OK,
      (error: { code: status }) => error.code,
    );
    expect([status.OK, status.INVALID_ARGUMENT]).toContain(code);
  });

  it('v1alpha2 makes pods', async () => {
    const { podSandboxId } = await makeHostPod(world);
    const { runtime } = world.client('v1alpha2');
    expect((await runtime.listPodSandbox({})).items).toMatchObject([{ id: podSandboxId, state: 0 }]);
  });
});

describe.runIf(withV1)('with enable-cri-v1 on', () => {
  beforeAll(async () => {
    world = await openWorld({ name: 'v1on', octet: 36, enableCriV1: true });
  });
  afterAll(() => world.close());

  const methods = (version: 'v1' | 'v1alpha2') => rpcsOf(version).map((path) => path.replace(/^\/runtime\.\w+\./, ''));
  const added = methods('v1').filter((method) => !methods('v1alpha2').includes(method));

  it.each(added)('%s, which v1 added, is not in v1alpha2', (method) =>
    expect(world.wire.call(`/runtime.v1alpha2.${method}`)).rejects.toMatchObject(UNIMPLEMENTED),
  );

  it('is what v1 added: 12 calls, and no more', () => expect(added).toHaveLength(12));
});
