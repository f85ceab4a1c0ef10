import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RegistryAuth } from '../../../src/core/model/image.ts';
import { credentials } from '../../../src/images/auth.ts';

const none: RegistryAuth = {
  username: '',
  password: '',
  auth: '',
  serverAddress: '',
  identityToken: '',
  registryToken: '',
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const authFile = (auth: RegistryAuth | undefined, registry: string): string => credentials(auth, registry).file;
const entry = (auth: RegistryAuth | undefined, registry = 'r.example'): unknown =>
  JSON.parse(authFile(auth, registry)).auths[registry];

describe('the entry of a registry', () => {
  test('user name and password', () => {
    expect(entry({ ...none, username: 'u', password: 'p:w' })).toEqual({ auth: base64('u:p:w') });
  });
  test('any password comes through base64 whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
        (password) => {
          expect(entry({ ...none, auth: base64(`u:${password}`) })).toEqual({ auth: base64(`u:${password}`) });
        },
      ),
    );
  });
  test('an identity token', () => {
    expect(entry({ ...none, identityToken: 't' })).toMatchObject({ identitytoken: 't' });
  });
  test('none', () => {
    expect(authFile(undefined, 'r.example')).toBe('{"auths":{}}');
    expect(authFile(none, 'r.example')).toBe('{"auths":{}}');
  });
});

describe('a registry token', () => {
  const token = { ...none, registryToken: 'bearer' };

  test('is in no file', () => {
    expect(credentials(token, 'r.example')).toEqual({ file: '{"auths":{}}', registryToken: 'bearer' });
  });
  test.each([{ username: 'u' }, { identityToken: 't' }, { auth: base64('u:p') }])('comes after %j', (before) => {
    expect(credentials({ ...token, ...before }, 'r.example').registryToken).toBe('');
  });
  test('meant for another server is none', () => {
    expect(credentials({ ...token, serverAddress: 'other.example' }, 'r.example').registryToken).toBe('');
  });
});

describe('a server address', () => {
  const user = { ...none, username: 'u', password: 'p' };
  test.each([
    ['', 'r.example:5000'],
    ['r.example:5000', 'r.example:5000'],
    ['https://r.example:5000/v2/', 'r.example:5000'],
    ['https://index.docker.io/v1/', 'docker.io'],
  ])('%j is for %s', (serverAddress, registry) => {
    expect(entry({ ...user, serverAddress }, registry)).toBeDefined();
  });
  test.each([
    ['r.example', 'r.example:5000'],
    ['r.example.evil', 'r.example'],
    ['https://index.docker.io/v1/', 'r.example'],
  ])('%j is not for %s', (serverAddress, registry) => {
    expect(authFile({ ...user, serverAddress }, registry)).toBe('{"auths":{}}');
  });
});

test.each([
  ['base64 without a colon', { ...none, auth: base64('user') }, 'invalid-argument'],
  ['a colon in a user name', { ...none, username: 'a:b', password: 'c' }, 'invalid-argument'],
])('%s is an error, without the secret', (_, auth, kind) => {
  expect(() => authFile(auth, 'r.example')).toThrow(
    expect.objectContaining({ kind, message: expect.not.stringContaining('secret') }),
  );
});
