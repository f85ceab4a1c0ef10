import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseReference } from '../../../src/images/reference.ts';
import { copyImage } from '../../../src/images/skopeo.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-skopeo-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** The environment that skopeo gets, told by a script in its place. */
const environmentOfSkopeo = async (): Promise<readonly string[]> => {
  const [skopeoPath, told] = [join(root, 'skopeo'), join(root, 'told')];
  writeFileSync(skopeoPath, `#!/bin/sh\nenv >${told}\n`, { mode: 0o755 });
  const options = {
    ...{ skopeoPath, graphRoot: join(root, 'graph'), runRoot: join(root, 'run'), stallMs: 60_000 },
    config: { registryMirrors: [], insecureRegistries: [], registriesConf: '', podSandboxImage: '' },
    account: { begin: () => () => undefined, list: () => Promise.resolve([]) },
  };
  const reference = parseReference('127.0.0.1:5000/one:1');
  await copyImage(options, { reference, auth: undefined }, { signal: AbortSignal.timeout(30_000) });
  return readFileSync(told, 'utf8').split('\n');
};

it('skopeo collects its garbage seldom', async () => {
  vi.stubEnv('GOGC', undefined);
  expect(await environmentOfSkopeo()).toContain('GOGC=400');
});

it('what the operator says of its garbage counts', async () => {
  vi.stubEnv('GOGC', '50');
  const environment = await environmentOfSkopeo();
  expect(environment.filter((entry) => entry.startsWith('GOGC='))).toEqual(['GOGC=50']);
});

it("root's home and credentials are not for skopeo", async () => {
  vi.stubEnv('DOCKER_CONFIG', '/home/admin/.docker');
  vi.stubEnv('HOME', '/home/admin');
  const environment = await environmentOfSkopeo();
  expect(environment.filter((entry) => entry.includes('/home/admin/.docker'))).toEqual([]);
  expect(environment).not.toContain('HOME=/home/admin');
});
