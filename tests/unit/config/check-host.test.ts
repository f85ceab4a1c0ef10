import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkHost } from '../../../src/config/check-host.ts';
import type { Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load.ts';

const { config } = loadConfig({
  file: join(import.meta.dirname, 'no-such-file.json'),
  fileRequired: false,
  flags: {},
  build: { ENABLE_CRI_API_V1: true },
});
const fine: Config = { ...config, runtimes: { runc: { path: process.execPath, args: [] } } };

test('a machine that has what the configuration names', async () => {
  await expect(checkHost(fine)).resolves.toEqual([]);
});

test('all that is missing is named at once', async () => {
  const problems = await checkHost({
    ...fine,
    runtimes: { runc: { path: '/absent/runc', args: [] }, kata: { path: import.meta.filename, args: [] } },
    handlers: { vm: 'kata' },
    images: { ...fine.images, registriesConf: '/absent/registries.conf' },
    streaming: { ...fine.streaming, tls: { cert: '/absent/cert', key: '/etc/hosts', ca: '' } },
  });
  expect(problems).toEqual([
    'runtime runc: /absent/runc is no program that can be run',
    `runtime kata: ${import.meta.filename} is no program that can be run`,
    '"registries-conf": /absent/registries.conf cannot be read',
    '"streaming-tls": /absent/cert cannot be read',
  ]);
});

test('a built-in runtime that nothing names may be missing', async () => {
  const runtimes = { ...fine.runtimes, crun: { path: '/absent/crun', args: [] } };
  await expect(checkHost({ ...fine, runtimes })).resolves.toEqual([]);
});
