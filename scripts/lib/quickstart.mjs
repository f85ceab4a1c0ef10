// quickstart.mjs DIRECTORY: the client's part of quickstart.sh: a pod made over CRI v1alpha2, seen, used and removed over v1.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import * as v1 from '../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../src/adapters/v1alpha2/generated/api.ts';

const [directory] = process.argv.slice(2);

const connect = (api) => {
  const client = new api.RuntimeServiceClient(`unix:${join(directory, 'janus.sock')}`, credentials.createInsecure());
  return (method, request = {}) => {
    const codec = api[`${method[0].toUpperCase()}${method.slice(1)}Request`];
    return promisify(client[method].bind(client))(codec.fromPartial(request));
  };
};

const old = connect(v1alpha2);
const current = connect(v1);
const say = (text) => console.log(`\n== ${text}`);

const serving = async () => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await current('version');
    } catch (error) {
      if (tries >= 100) throw error;
      await delay(100);
    }
  }
};

const namespaceOptions = { network: 0, ipc: 0, pid: 1 };
const sandboxConfig = {
  metadata: { name: 'hello', uid: 'quickstart', namespace: 'default', attempt: 0 },
  logDirectory: join(directory, 'logs'),
  linux: { securityContext: { namespaceOptions } },
};
const config = {
  metadata: { name: 'main', attempt: 0 },
  image: { image: 'quickstart' },
  command: ['sh', '-c', 'echo "hello from $(hostname)"; trap "exit 0" TERM; while true; do sleep 0.1; done'],
  logPath: 'main.log',
  linux: { securityContext: { namespaceOptions } },
};

const logged = async (path) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.includes('\n')) return text.trim();
    await delay(50);
  }
  throw new Error(`${path} stays empty`);
};

const { runtimeName, runtimeVersion } = await serving();
console.log(`${runtimeName} ${runtimeVersion} serves on ${join(directory, 'janus.sock')}`);

say('Over v1alpha2: RunPodSandbox, CreateContainer, StartContainer');
const { podSandboxId } = await old('runPodSandbox', { config: sandboxConfig });
const { containerId } = await old('createContainer', { podSandboxId, config, sandboxConfig });
await old('startContainer', { containerId });
console.log(`pod ${podSandboxId}\ncontainer ${containerId}`);

say('Over v1: the same pod');
const { items } = await current('listPodSandbox');
const { status } = await current('podSandboxStatus', { podSandboxId });
for (const { id, metadata, state } of items)
  console.log(
    `${id.slice(0, 13)}  ${metadata.namespace}/${metadata.name}  ${state === 0 ? 'Ready' : 'NotReady'}  ${status.network.ip}`,
  );
const exec = await current('execSync', { containerId, cmd: ['ip', '-4', '-o', 'addr', 'show', 'eth0'], timeout: 10n });
console.log(`its log:       ${await logged(join(directory, 'logs/main.log'))}`);
console.log(`exec ip addr:  ${exec.stdout.toString().trim()}`);

say('Over v1: StopContainer, RemoveContainer, StopPodSandbox, RemovePodSandbox');
await current('stopContainer', { containerId, timeout: 10n });
await current('removeContainer', { containerId });
await current('stopPodSandbox', { podSandboxId });
await current('removePodSandbox', { podSandboxId });
const left = (await old('listPodSandbox')).items.length;
console.log(`pods left, as v1alpha2 sees it: ${left}`);
process.exit(left === 0 && items.length === 1 && exec.exitCode === 0 ? 0 : 1);
