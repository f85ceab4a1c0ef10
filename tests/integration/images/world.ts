import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ImagesConfig } from '../../../src/config/config.ts';
import type { RegistryAuth } from '../../../src/core/model/image.ts';
import type { ImageStore } from '../../../src/core/ports/image-store.ts';
import { silent } from '../../../src/core/ports/logger.ts';
import { killGroup, run, startPiped } from '../../../src/host/process.ts';
import { createImageStore, type ImageStoreOptions } from '../../../src/images/image-store.ts';

export const never = new AbortController().signal;
export const unused = (): boolean => false;

export const noAuth: RegistryAuth = {
  username: '',
  password: '',
  auth: '',
  serverAddress: '',
  identityToken: '',
  registryToken: '',
};

export const noRegistries: ImagesConfig = {
  registryMirrors: [],
  insecureRegistries: [],
  registriesConf: '',
  podSandboxImage: '',
};

/** A temporary directory with a store in it, and what runs on its behalf. */
export interface World {
  readonly directory: string;
  readonly graphRoot: string;
  readonly runRoot: string;
  store(config?: Partial<ImagesConfig>, more?: Partial<ImageStoreOptions>): ImageStore;
  /** Builds an image in the store by buildah. `containerfile` begins with FROM; the image gets one layer on top of it. */
  build(name: string, containerfile: readonly string[]): Promise<void>;
  buildah(...args: readonly string[]): Promise<string>;
  /** Pushes an image of the store to a registry, over plain HTTP. */
  push(name: string, target: string, ...options: readonly string[]): Promise<void>;
  /** Starts docker-registry on a loopback port; returns `127.0.0.1:PORT`. */
  registry(options?: { readonly htpasswd?: string }): Promise<string>;
  close(): Promise<void>;
}

export const createWorld = async (): Promise<World> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'janus-images-'));
  const [graphRoot, runRoot] = [path.join(directory, 'graph'), path.join(directory, 'run')];
  const processes: number[] = [];
  const buildah = async (...args: readonly string[]): Promise<string> =>
    succeed('buildah', ['--root', graphRoot, '--runroot', runRoot, '--storage-driver', 'overlay', ...args]);
  return {
    directory,
    graphRoot,
    runRoot,
    buildah,
    store: (config = {}, more = {}) =>
      createImageStore({
        graphRoot,
        runRoot,
        config: { ...noRegistries, ...config },
        logger: silent,
        now: () => BigInt(Date.now()) * 1_000_000n,
        ...more,
      }),
    build: async (name, containerfile) => {
      const context = await mkdtemp(path.join(directory, 'context-'));
      await succeed('cp', ['/bin/busybox', path.join(context, 'busybox')]);
      await writeFile(path.join(context, 'Containerfile'), [...containerfile, ''].join('\n'));
      await buildah('build', '--quiet', '--isolation', 'chroot', '--tag', name, context);
    },
    push: async (name, target, ...options) => {
      await buildah('push', '--quiet', '--tls-verify=false', ...options, name, `docker://${target}`);
    },
    registry: async (options = {}) => {
      const port = await freePort();
      const { pid } = await startRegistry(directory, { port, ...options });
      processes.push(pid);
      return `127.0.0.1:${port}`;
    },
    close: async () => {
      for (const pid of processes) killGroup(pid);
      for (const mount of (await mountsUnder(directory)).toReversed()) await succeed('umount', [mount]);
      await rm(directory, { recursive: true, force: true });
    },
  };
};

export const mountsUnder = async (directory: string): Promise<readonly string[]> => {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  return mounts.filter((mount) => mount.startsWith(`${directory}/`));
};

export const succeed = async (program: string, args: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await run({ path: program, args }, { signal: never });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.toString()}`);
  return stdout.toString();
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const startRegistry = async (
  directory: string,
  { port, htpasswd }: { port: number; htpasswd?: string },
): Promise<{ pid: number }> => {
  const root = path.join(directory, `registry-${port}`);
  await mkdir(root);
  if (htpasswd !== undefined) await writeFile(path.join(root, 'htpasswd'), htpasswd);
  const auth =
    htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: path.join(root, 'htpasswd') } } };
  const storage = { filesystem: { rootdirectory: path.join(root, 'data') } };
  const config = { version: 0.1, log: { level: 'error' }, storage, http: { addr: `127.0.0.1:${port}` }, ...auth };
  await writeFile(path.join(root, 'config.json'), JSON.stringify(config));
  const { child, stdout, stderr } = startPiped({
    path: 'docker-registry',
    args: ['serve', path.join(root, 'config.json')],
  });
  stdout.resume();
  stderr.resume();
  await answers(port);
  return child;
};

const answers = async (port: number): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (response !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
};
