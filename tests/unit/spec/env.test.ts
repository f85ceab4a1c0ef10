import fc from 'fast-check';
import { expect, test } from 'vitest';
import { environment } from '../../../src/runtime/spec/env.ts';

const base = { config: { envs: [], tty: false }, image: [], hostname: 'h', home: '/root' };

test('Janus sets PATH, HOSTNAME and HOME', () => {
  expect(environment(base)).toEqual([
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOSTNAME=h',
    'HOME=/root',
  ]);
});

test('TERM is there with a terminal only, and may be overridden', () => {
  expect(environment(base).some((entry) => entry.startsWith('TERM='))).toBe(false);
  expect(environment({ ...base, config: { envs: [], tty: true } })).toContain('TERM=xterm');
  expect(environment({ ...base, image: ['TERM=dumb'], config: { envs: [], tty: true } })).toContain('TERM=dumb');
});

test('the request overrides the image, the image Janus', () => {
  const image = ['PATH=/img', 'A=1', 'B=1', 'HOSTNAME=x'];
  const env = environment({
    ...base,
    image,
    config: {
      envs: [
        { key: 'B', value: '2' },
        { key: 'B', value: '3' },
      ],
      tty: false,
    },
  });
  expect(env).toEqual(['PATH=/img', 'HOSTNAME=x', 'HOME=/root', 'A=1', 'B=3']);
});

test('entries of an image that set nothing are left out', () => {
  expect(environment({ ...base, image: ['NOVALUE', '=x', 'C=a\0b'] })).toEqual(environment(base));
});

test('a value keeps its newlines and equal signs in one entry', () => {
  const envs = [
    { key: 'HOME', value: '/x\nroot::0:0::/:/bin/sh' },
    { key: 'Q', value: 'a=b' },
  ];
  const env = environment({ ...base, config: { envs, tty: false } });
  expect(env.filter((entry) => entry.startsWith('HOME='))).toEqual(['HOME=/x\nroot::0:0::/:/bin/sh']);
  expect(env).toContain('Q=a=b');
});

test.each([
  ['', 'v', 'empty'],
  ['A=B', 'v', '"="'],
  ['A\0', 'v', 'NUL'],
  ['A', 'v\0', 'NUL'],
])('%j=%j is refused', (key, value, message) => {
  expect(() => environment({ ...base, config: { envs: [{ key, value }], tty: false } })).toThrow(message);
});

test('every key appears once, with its last value', () => {
  const key = fc.stringMatching(/^[A-C]{1,2}$/);
  const entries = fc.array(fc.record({ key, value: fc.stringMatching(/^[a-z\n=]{0,4}$/) }));
  fc.assert(
    fc.property(entries, entries, (image, envs) => {
      const env = environment({
        ...base,
        image: image.map(({ key: k, value }) => `${k}=${value}`),
        config: { envs, tty: false },
      });
      const keys = env.map((entry) => entry.slice(0, entry.indexOf('=')));
      expect(new Set(keys).size).toBe(keys.length);
      for (const [k, value] of new Map([...image, ...envs].map(({ key: k, value }) => [k, value])))
        expect(env).toContain(`${k}=${value}`);
    }),
  );
});
