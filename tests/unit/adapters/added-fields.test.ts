import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addedFields } from '../../../src/adapters/v1/added-fields.ts';
import * as cri from '../../../src/adapters/v1/generated/api.ts';
import { adapter } from '../../../src/adapters/v1/index.ts';
import { fakeEngine } from './fake-engine.ts';
import * as requests from './requests.ts';
import { ask, serve } from './served.ts';

const image = { image: 'busybox', annotations: {} };
const linux = requests.containerConfig.linux?.resources;

const base: Readonly<Record<keyof typeof addedFields, object>> = {
  runPodSandbox: { config: requests.podSandboxConfig },
  createContainer: { podSandboxId: 'a', config: requests.containerConfig, sandboxConfig: requests.podSandboxConfig },
  updateContainerResources: { containerId: 'b', linux },
  listImages: { filter: { image } },
  imageStatus: { image },
  pullImage: { image, sandboxConfig: requests.podSandboxConfig },
  removeImage: { image },
};

/** A legal value for each field, other than its default. */
const values: Readonly<Record<string, unknown>> = {
  supplementalGroupsPolicy: cri.SupplementalGroupsPolicy.Strict,
  namespaceOptions: { network: cri.NamespaceMode.NODE },
  CDIDevices: [{ name: 'vendor.com/gpu=0' }],
  stopSignal: cri.Signal.SIGQUIT,
  userSpecifiedImage: 'busybox',
  runtimeHandler: 'fast',
  imageRef: 'sha256:1',
  uidMappings: [{ hostId: 1, containerId: 2, length: 3 }],
  gidMappings: [{ hostId: 4, containerId: 5, length: 6 }],
  recursiveReadOnly: true,
  image: { image: 'volume:1' },
  imageSubPath: 'a/b',
  affinityCpus: [{ cpuMask: 1n, cpuGroup: 1 }],
};

type Plain = Record<string, unknown>;
const requestTypes = cri as unknown as Readonly<Record<string, { fromPartial(value: object): Plain }>>;

const put = (message: Plain, [first = '', ...rest]: readonly string[]): void => {
  if (rest.length === 0) {
    message[first] = values[first];
    // A mount of an image has no host path, and only such a mount has a path in the image.
    if (first === 'image' || first === 'imageSubPath') Object.assign(message, { hostPath: '', image: values['image'] });
    return;
  }
  message[first] ??= {};
  const next = message[first];
  put((Array.isArray(next) ? next[0] : next) as Plain, rest);
};

const requestOf = (name: string, path: string): object => {
  const type = requestTypes[`${name[0]?.toUpperCase()}${name.slice(1)}Request`];
  const message = type?.fromPartial(base[name as keyof typeof base]) ?? {};
  if (path !== '') put(message, path.split('.'));
  return type?.fromPartial(message) ?? {};
};

const cases = Object.entries(addedFields).flatMap(([name, fields]) =>
  Object.entries(fields).map(([path, fate]) => ({ name, path, fate })),
);

const { engine, asked } = fakeEngine();
let served: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  served = await serve(engine, [adapter]);
});
afterAll(() => served.close());

const heard = async (name: string, path: string): Promise<unknown> => {
  const { runtime, image: images } = served.clients.v1;
  const client = name in runtime ? runtime : images;
  const before = asked.length;
  await ask<object, object>(client, Reflect.get(client, name) as never, requestOf(name, path));
  return asked.slice(before);
};

describe('a request field that only v1 has', () => {
  test.each(cases.filter(({ fate }) => fate === 'mapped'))('$name $path reaches the core', async ({ name, path }) => {
    expect(await heard(name, path)).not.toEqual(await heard(name, ''));
  });

  test.each(cases.filter(({ fate }) => fate === 'refused'))('$name $path is refused', async ({ name, path }) => {
    await expect(heard(name, path)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  test.each(cases.filter(({ fate }) => fate !== 'mapped' && fate !== 'refused'))(
    '$name $path ($fate) changes nothing',
    async ({ name, path }) => {
      expect(await heard(name, path)).toEqual(await heard(name, ''));
    },
  );
});
