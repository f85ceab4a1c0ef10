import { BaseServerInterceptingCall } from '@grpc/grpc-js/build/src/server-interceptors.js';
import { expect, test } from 'vitest';
import { frameOf, joinFramed } from '../../../src/adapters/shared/framed-message.ts';
import { sendKeptFrames } from '../../../src/server/kept-frames.ts';

const PARTS = [Buffer.from('one '), Buffer.alloc(0), Buffer.from('two')];

test('a joined message is kept with the frame of its bytes', () => {
  const message = joinFramed(PARTS);
  expect(message.toString()).toBe('one two');
  expect(frameOf(message)).toEqual(Buffer.from('\0\0\0\0\x07one two'));
  expect(frameOf(message)).toBe(frameOf(message));
  expect(frameOf(joinFramed([]))).toEqual(Buffer.alloc(5));
});

test('a message that is not kept gets a frame each time, and is not changed', () => {
  const message = Buffer.from('x'.repeat(300));
  const frame = frameOf(message);
  expect(frame.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 1, 44]));
  expect(frame.subarray(5)).toEqual(message);
  expect(frameOf(message)).not.toBe(frame);
});

test('a call of grpc-js sends the frame of a kept message as it is', () => {
  sendKeptFrames();
  const kept = joinFramed(PARTS);
  const send = Reflect.get(BaseServerInterceptingCall.prototype, 'serializeMessage') as (answer: unknown) => Buffer;
  expect(send.call({ handler: { serialize: () => kept } }, undefined)).toBe(frameOf(kept));
  expect(send.call({ handler: { serialize: () => Buffer.from('one two') } }, undefined)).toEqual(frameOf(kept));
});
