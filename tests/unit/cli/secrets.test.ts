import { expect, test } from 'vitest';
import { settingWithoutSecrets, withoutSecrets } from '../../../src/cli/report/secrets.ts';

test.each([
  ['https://user:hunter2@registry.example/v2/'],
  ['password=hunter2 next'],
  ['{"password":"hunter2 with blanks"}'],
  ['error="cannot use {\\"auth\\":\\"hunter2\\"}"'],
  ['Authorization: Bearer hunter2hunter2'],
  ['authorization: Basic hunter2=='],
  ['registry_token: hunter2'],
  ['API-KEY=hunter2'],
  ['-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----'],
  ['"-----BEGIN PRIVATE KEY-----\\nhunter2 and no end'],
])('of %j the secret is taken out', (text) => {
  expect(withoutSecrets(text)).not.toContain('hunter2');
});

test('what follows a secret stays, and what is none stays', () => {
  expect(withoutSecrets('password=hunter2 image=busybox')).toBe('password=*** image=busybox');
  const line = '2026-01-02T03:04:05.678Z INFO  PullImage version=v1 code=OK id=docker.io/library/author:1 ms=12';
  expect(withoutSecrets(line)).toBe(line);
});

test('of the arguments of a runtime, the names of options stay', () => {
  const runtimes = { kata: { path: '/bin/kata', 'runtime-args': ['--debug', '--token=hunter2', 'hunter2'] } };
  expect(settingWithoutSecrets(runtimes)).toEqual({
    kata: { path: '/bin/kata', 'runtime-args': ['--debug', '--token', '***'] },
  });
  expect(settingWithoutSecrets(['a'])).toEqual(['a']);
});
