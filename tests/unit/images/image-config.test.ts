import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseImageConfig, splitUser } from '../../../src/images/image-config.ts';

describe('splitUser', () => {
  test.each([
    ['', undefined, ''],
    ['0', 0, ''],
    ['1000:2000', 1000, ''],
    ['2147483647', 2147483647, ''],
    ['nobody', undefined, 'nobody'],
    ['nobody:nogroup', undefined, 'nobody'],
    [':50', undefined, ''],
    ['2147483648', undefined, '2147483648'],
    ['4294967296', undefined, '4294967296'],
    ['-1', undefined, '-1'],
    ['1e3', undefined, '1e3'],
    [' 0', undefined, ' 0'],
  ])('%j', (user, uid, username) => {
    expect(splitUser(user)).toEqual({ uid, username });
  });
});

describe('parseImageConfig', () => {
  const EMPTY = { user: '', env: [], entrypoint: [], cmd: [], workingDir: '', volumes: [], stopSignal: '', labels: {} };

  test.each([
    '{}',
    '{"config":null}',
    '{"config":[]}',
    '{"config":{"Env":null,"Cmd":"sh","User":7,"Volumes":["/a"],"Labels":"x"}}',
  ])('what is absent or of a wrong type is empty: %s', (text) => expect(parseImageConfig(text)).toEqual(EMPTY));

  test.each(['', 'null', '[]', '"text"', '{'])('%j is none', (text) => {
    expect(() => parseImageConfig(text)).toThrow();
  });

  test('entries of a wrong type are left out', () => {
    const config = { Env: ['A=b', 7], Labels: { good: 'yes', bad: { a: 1 } }, Volumes: { '/data': {} } };
    expect(parseImageConfig(JSON.stringify({ config }))).toEqual({
      ...EMPTY,
      env: ['A=b'],
      labels: { good: 'yes' },
      volumes: ['/data'],
    });
  });

  test('a label cannot reach a prototype', () => {
    const { labels } = parseImageConfig('{"config":{"Labels":{"__proto__":"x"}}}');
    expect(Object.keys(labels)).toEqual(['__proto__']);
  });

  const KEYS = ['User', 'Env', 'Entrypoint', 'Cmd', 'WorkingDir', 'Volumes', 'StopSignal', 'Labels', '__proto__'];
  const hostile = fc.oneof(
    fc.json(),
    fc.string(),
    fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue()).map((config) => JSON.stringify({ config })),
    fc
      .tuple(fc.constantFrom(...KEYS), fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue())))
      .map(([key, value]) => JSON.stringify({ config: { [key]: value } })),
  );

  test('whatever an image says is a configuration of the right types, or none', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        let config: ReturnType<typeof parseImageConfig>;
        try {
          config = parseImageConfig(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        expect(Object.keys(config).sort()).toEqual(Object.keys(EMPTY).sort());
        const { user, workingDir, stopSignal, env, entrypoint, cmd, volumes, labels } = config;
        const texts = [
          user,
          workingDir,
          stopSignal,
          ...env,
          ...entrypoint,
          ...cmd,
          ...volumes,
          ...Object.values(labels),
        ];
        expect(texts.filter((each) => typeof each !== 'string')).toEqual([]);
        const { uid, username } = splitUser(user);
        expect(
          uid === undefined ? username === user.split(':')[0] : String(uid) === String(Number(user.split(':')[0])),
        ).toBe(true);
      }),
    );
  });
});
