import { expect, test } from 'vitest';
import { baseUrlOf, checkAddress } from '../../../src/streaming/address.ts';
import { attachTicket, execTicket, portForwardTicket } from '../../../src/streaming/tickets.ts';

const invalid = expect.objectContaining({ kind: 'invalid-argument' });
const stdio = { containerId: 'c', tty: false, stdin: true, stdout: true, stderr: true };

test.each([
  ['no container', { containerId: '' }],
  ['a terminal with stderr', { tty: true }],
  ['no stream at all', { stdin: false, stdout: false, stderr: false }],
])('exec and attach refuse %s', (_name, change) => {
  expect(() => attachTicket({ ...stdio, ...change })).toThrow(invalid);
  expect(() => execTicket({ ...stdio, ...change, command: ['sh'] })).toThrow(invalid);
});

test('exec refuses an empty command', () => {
  expect(() => execTicket({ ...stdio, command: [] })).toThrow(invalid);
});

test.each([[0], [-1], [65_536], [1.5], [Number.NaN]])('port-forward refuses port %s', (port) => {
  expect(() => portForwardTicket({ sandboxId: 's', ports: [80, port] })).toThrow(invalid);
});

test('port-forward refuses no sandbox, and more ports than channels', () => {
  expect(() => portForwardTicket({ sandboxId: '', ports: [80] })).toThrow(invalid);
  expect(() => portForwardTicket({ sandboxId: 's', ports: Array(101).fill(80) })).toThrow(invalid);
  expect(portForwardTicket({ sandboxId: 's', ports: [1, 65_535] }).kind).toBe('portforward');
});

test.each([['0.0.0.0'], ['::'], ['10.0.0.1'], ['2001:db8::1']])('%s is served over TLS only', (address) => {
  expect(() => checkAddress(address, { encrypted: false })).toThrow(invalid);
  expect(() => checkAddress(address, { encrypted: true })).not.toThrow();
});

test.each([['127.0.0.1'], ['127.1.2.3'], ['::1'], ['localhost']])('%s is served without TLS', (address) => {
  expect(() => checkAddress(address, { encrypted: false })).not.toThrow();
});

test('an address is no name of another host', () => {
  expect(() => checkAddress('example.com', { encrypted: true })).toThrow(invalid);
});

test('URLs name an address that clients on this host can reach', () => {
  const at = (address: string) => baseUrlOf({ address, port: 10_250, family: '' }, {}).origin;
  expect([at('127.0.0.1'), at('::1'), at('0.0.0.0'), at('::')]).toEqual([
    'http://127.0.0.1:10250',
    'http://[::1]:10250',
    'http://127.0.0.1:10250',
    'http://[::1]:10250',
  ]);
  expect(baseUrlOf(null, { baseUrl: 'https://node:1234' }).origin).toBe('https://node:1234');
});
