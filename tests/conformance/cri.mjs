// A CRI client of a few calls, so that the harness leans neither on the engine's own code nor on crictl.
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { repository } from './paths.mjs';

const callTimeout = 120_000;

/** `call` makes one unary call of the RuntimeService and resolves to the response message. */
export function connect(endpoint, api) {
  const service = protobuf
    .loadSync(join(repository, 'protos', api, 'api.proto'))
    .lookupService(`runtime.${api}.RuntimeService`);
  const client = new grpc.Client(endpoint, grpc.credentials.createInsecure());
  const call = (name, request = {}, timeout = callTimeout) => {
    const { resolvedRequestType: input, resolvedResponseType: output } = service.methods[name].resolve();
    const encode = (message) => Buffer.from(input.encode(input.fromObject(message)).finish());
    const options = { deadline: Date.now() + timeout };
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        `/runtime.${api}.RuntimeService/${name}`,
        encode,
        (bytes) => output.decode(bytes),
        request,
        options,
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  };
  return { call, close: () => client.close() };
}

async function withClient(endpoint, api, use) {
  const client = connect(endpoint, api);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** The CRI versions that answer, newest first; empty while the engine is not up. */
export async function servedVersions(endpoint) {
  const served = [];
  for (const api of ['v1', 'v1alpha2']) {
    const answer = withClient(endpoint, api, (client) => client.call('Version', {}, 5_000));
    if (
      await answer.then(
        () => true,
        () => false,
      )
    )
      served.push(api);
  }
  return served;
}

export function podIds(endpoint, api) {
  return withClient(endpoint, api, async (client) => (await client.call('ListPodSandbox')).items.map((pod) => pod.id));
}

/** Stops and removes every pod that is not in `keep`; returns how many there were. */
export async function removePods(endpoint, api, keep = []) {
  const ids = (await podIds(endpoint, api)).filter((id) => !keep.includes(id));
  await withClient(endpoint, api, async (client) => {
    for (const podSandboxId of ids) {
      await client.call('StopPodSandbox', { podSandboxId });
      await client.call('RemovePodSandbox', { podSandboxId });
    }
  });
  return ids.length;
}
