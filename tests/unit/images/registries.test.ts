import { describe, expect, test } from 'vitest';
import { registriesConf } from '../../../src/images/registries.ts';

const config = (registryMirrors: string[], insecureRegistries: string[] = []) => ({
  registryMirrors,
  insecureRegistries,
});
const lines = (...parts: string[]): string => `${parts.join('\n')}\n`;

test('nothing to say', () => {
  expect(registriesConf(config([]), 'docker.io')).toBeUndefined();
  expect(registriesConf(config(['https://mirror']), 'r.example')).toBeUndefined();
});

test('docker.io has mirrors in order; plain HTTP is for those that ask for it', () => {
  expect(registriesConf(config(['http://a:5000/', 'https://b/sub'], ['b']), 'docker.io')).toBe(
    lines(
      ...['[[registry]]', 'location = "docker.io"', 'insecure = false'],
      ...['[[registry.mirror]]', 'location = "a:5000"', 'insecure = true'],
      ...['[[registry.mirror]]', 'location = "b/sub"', 'insecure = true'],
    ),
  );
});

describe('insecure registries', () => {
  test.each([
    ['r.example', 'r.example'],
    ['r.example', 'r.example:5000'],
    ['r.example:5000', 'r.example:5000'],
    ['10.0.0.0/8', '10.1.2.3:5000'],
    ['10.0.0.0/8', '10.1.2.3'],
    ['fd00::/8', '[fd00::1]:5000'],
    ['0.0.0.0/0', '192.0.2.1'],
  ])('%s holds %s', (entry, registry) => {
    expect(registriesConf(config([], [entry]), registry)).toBe(
      lines('[[registry]]', `location = "${registry}"`, 'insecure = true'),
    );
  });
  test.each([
    ['r.example:5000', 'r.example'],
    ['example', 'r.example'],
    ['10.0.0.0/8', '11.0.0.1'],
    ['10.0.0.0/8', 'ten.example'],
    ['10.0.0.0/33', '10.0.0.1'],
    ['10.0.0.0/', '10.0.0.1'],
    ['fd00::/8', '10.0.0.1'],
  ])('%s does not hold %s', (entry, registry) => {
    expect(registriesConf(config([], [entry]), registry)).toBeUndefined();
  });
});
