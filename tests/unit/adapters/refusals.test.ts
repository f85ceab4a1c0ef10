import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { adapter as v1 } from '../../../src/adapters/v1/index.ts';
import { adapter as v1alpha2 } from '../../../src/adapters/v1alpha2/index.ts';
import { JanusError } from '../../../src/core/errors.ts';
import { call, requestMessage } from './by-name.ts';
import { fakeEngine } from './fake-engine.ts';
import { serve } from './served.ts';

let served: Awaited<ReturnType<typeof serve>> | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const start = async (...parameters: Parameters<typeof serve>) => {
  served = await serve(...parameters);
  return served;
};

const image = { image: 'busybox:1.36', annotations: {} };

describe('refusals', () => {
  test('with v1 off, both services of v1 answer UNIMPLEMENTED and v1alpha2 goes on', async () => {
    const { clients } = await start(fakeEngine().engine, [v1alpha2]);
    await expect(call(clients.v1.runtime, 'version', {})).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(call(clients.v1.image, 'imageFsInfo', {})).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await expect(call(clients.v1alpha2.runtime, 'version', {})).resolves.toBeDefined();
  });

  test.each([
    'stopPodSandbox',
    'removePodSandbox',
    'podSandboxStatus',
    'startContainer',
    'stopContainer',
    'removeContainer',
    'containerStatus',
    'reopenContainerLog',
    'containerStats',
    'podSandboxStats',
    'createContainer',
    'updateContainerResources',
    'execSync',
    'exec',
    'attach',
    'portForward',
    'runPodSandbox',
  ])('%s without an id or configuration is INVALID_ARGUMENT, and the engine is not asked', async (name) => {
    const { engine, asked } = fakeEngine();
    const { clients } = await start(engine, [v1alpha2, v1]);
    const start0 = asked.length;
    for (const version of ['v1', 'v1alpha2'] as const) {
      const empty = requestMessage(version, name, {});
      await expect(call(clients[version].runtime, name, empty)).rejects.toMatchObject({
        code: status.INVALID_ARGUMENT,
      });
    }
    expect(asked.slice(start0)).toEqual([]);
  });

  test("the core's errors arrive with code and message", async () => {
    const fail = async () => {
      throw new JanusError('unknown', 'RegistryUnavailable: no answer', { cause: new Error('secret') });
    };
    const { clients } = await start(fakeEngine({ pullImage: fail }).engine, [v1alpha2]);
    await expect(call(clients.v1alpha2.image, 'pullImage', { image })).rejects.toMatchObject({
      code: status.UNKNOWN,
      details: 'RegistryUnavailable: no answer',
    });
  });

  test('bytes that are no HTTP/2 do no harm', async () => {
    const { clients, path } = await start(fakeEngine().engine, [v1alpha2]);
    const socket = connect(path);
    socket.on('error', () => undefined);
    socket.resume();
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    await expect(call(clients.v1alpha2.runtime, 'version', {})).resolves.toBeDefined();
  });
});
