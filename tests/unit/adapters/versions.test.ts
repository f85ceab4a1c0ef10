import { afterEach, describe, expect, test } from 'vitest';
import * as v1Api from '../../../src/adapters/v1/generated/api.ts';
import { adapter as v1 } from '../../../src/adapters/v1/index.ts';
import * as cri from '../../../src/adapters/v1alpha2/generated/api.ts';
import { adapter as v1alpha2 } from '../../../src/adapters/v1alpha2/index.ts';
import { call, requestMessage } from './by-name.ts';
import { type Asked, fakeEngine } from './fake-engine.ts';
import * as requests from './requests.ts';
import * as samples from './samples.ts';
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

const containerId = samples.CONTAINER_ID;
const podSandboxId = samples.SANDBOX_ID;
const image = { image: 'busybox:1.36', annotations: { a: 'b' } };
const auth = cri.AuthConfig.fromPartial({ username: 'u', password: 'p:q' });
const session = { containerId, tty: false, stdin: true, stdout: true, stderr: true };
const resources = requests.containerConfig.linux?.resources;

/** A request for every RPC of v1alpha2: one that is missing does not compile. */
const runtimeRequests: Readonly<Record<keyof cri.RuntimeServiceService, object>> = {
  version: { version: '0.1.0' },
  runPodSandbox: { config: requests.podSandboxConfig, runtimeHandler: 'fast' },
  stopPodSandbox: { podSandboxId },
  removePodSandbox: { podSandboxId },
  podSandboxStatus: { podSandboxId, verbose: true },
  listPodSandbox: { filter: { id: 'a', state: { state: 1 }, labelSelector: { app: 'web' } } },
  createContainer: { podSandboxId, config: requests.containerConfig, sandboxConfig: requests.podSandboxConfig },
  startContainer: { containerId },
  stopContainer: { containerId, timeout: 30n },
  removeContainer: { containerId },
  listContainers: { filter: { id: 'b', podSandboxId: 'a', state: { state: 2 }, labelSelector: { role: 'main' } } },
  containerStatus: { containerId, verbose: true },
  updateContainerResources: { containerId, linux: resources, annotations: { a: 'b' } },
  reopenContainerLog: { containerId },
  execSync: { containerId, cmd: ['ls', '-l'], timeout: 5n },
  exec: { ...session, cmd: ['sh'] },
  attach: session,
  portForward: { podSandboxId, port: [80, 443] },
  containerStats: { containerId },
  listContainerStats: { filter: { id: 'b', podSandboxId: 'a', labelSelector: { role: 'main' } } },
  podSandboxStats: { podSandboxId },
  listPodSandboxStats: { filter: { id: 'a', labelSelector: { app: 'web' } } },
  updateRuntimeConfig: { runtimeConfig: { networkConfig: { podCidr: '10.0.0.0/24' } } },
  status: { verbose: true },
};

const imageRequests: Readonly<Record<keyof cri.ImageServiceService, object>> = {
  listImages: { filter: { image } },
  imageStatus: { image, verbose: true },
  pullImage: { image, auth, sandboxConfig: requests.podSandboxConfig },
  removeImage: { image },
  imageFsInfo: {},
};

interface Api {
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly requestSerialize: (message: never) => Buffer;
  readonly responseSerialize: (message: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

const cases = [
  ...Object.entries(runtimeRequests).map(([name, request]) => ({ service: 'runtime' as const, name, request })),
  ...Object.entries(imageRequests).map(([name, request]) => ({ service: 'image' as const, name, request })),
];

const definitions = {
  runtime: { v1alpha2: cri.RuntimeServiceService, v1: v1Api.RuntimeServiceService },
  image: { v1alpha2: cri.ImageServiceService, v1: v1Api.ImageServiceService },
};

const rpcOf = (definition: object, name: string): Api => Reflect.get(definition, name) as Api;

describe('one request over both versions', () => {
  test.each(cases)('$name means the same and is answered alike', async ({ service, name, request }) => {
    const { engine, asked } = fakeEngine();
    const { clients } = await start(engine, [v1alpha2, v1]);
    const ofVersion = async (version: 'v1' | 'v1alpha2') => {
      const message = requestMessage(version, name, request);
      const before = asked.length;
      const answer = await call(clients[version][service], name, message);
      return { answer, asked: asked.slice(before) satisfies Asked[] };
    };
    const old = await ofVersion('v1alpha2');
    const current = await ofVersion('v1');
    expect(current.asked).toEqual(old.asked);
    // What v1alpha2 knows of v1's answer is v1alpha2's answer.
    const { responseSerialize } = rpcOf(definitions[service].v1, name);
    const { responseDeserialize } = rpcOf(definitions[service].v1alpha2, name);
    const known = responseDeserialize(responseSerialize(current.answer as never));
    const renamed = name === 'version' ? { ...old.answer, runtimeApiVersion: 'v1' } : old.answer;
    expect(known).toEqual(renamed);
  });
});
