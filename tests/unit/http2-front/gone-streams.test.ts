import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ignoreGoneStreams } from '../../../src/server/http2-front/gone-streams.ts';

const heard = (state: { destroyed: boolean; closed: boolean }): number => {
  const http2Server = new EventEmitter();
  let count = 0;
  http2Server.on('stream', (_stream, headers) => {
    count += headers === 'headers' ? 1 : 0;
  });
  ignoreGoneStreams({ http2Servers: new Map([[http2Server, {}]]) });
  const stream = Object.assign(new EventEmitter(), state);
  http2Server.emit('stream', stream, 'headers');
  if (state.destroyed || state.closed) stream.emit('error', new Error('reset'));
  return count;
};

it('passes on a stream that is there', () => {
  expect(heard({ destroyed: false, closed: false })).toBe(1);
});

it.each([
  { destroyed: true, closed: false },
  { destroyed: false, closed: true },
])('keeps back one that is not, and its error: %o', (state) => {
  expect(heard(state)).toBe(0);
});

it.each([{}, { http2Servers: new Map() }])('throws for a server without HTTP/2 servers', (server) => {
  expect(() => ignoreGoneStreams(server)).toThrow('http2Servers');
});
