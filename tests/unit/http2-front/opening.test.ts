import { describe, expect, it } from 'vitest';
import { createOpening } from '../../../src/server/http2-front/opening.ts';
import { createEncoder, goRequest } from './hpack-model.ts';
import { DATA, END_HEADERS, END_STREAM, frame, HEADERS, PING, PREFACE, settings, settingsAck } from './wire.ts';

const request = (authority: string): Buffer => frame(HEADERS, END_HEADERS, 1, createEncoder()(goRequest(authority)));
const data = frame(DATA, END_STREAM, 1, Buffer.from('12345'));
const hello = Buffer.concat([PREFACE, settings()]);

const decide = (...sent: readonly Buffer[]) => {
  const opening = createOpening();
  const decisions = sent.map((bytes) => opening.push(bytes));
  return { opening, last: decisions.at(-1), all: decisions.map(({ kind }) => kind) };
};

const keptBy = ({ opening }: ReturnType<typeof decide>): Buffer =>
  Buffer.concat([...opening.kept(), ...opening.rewriter.release()]);

describe('the decision', () => {
  it('is direct for a legal authority, once the acknowledgement came; kept is all but that', () => {
    const opened = decide(hello, settingsAck(), request('localhost'));
    expect(opened.all).toEqual(['wait', 'wait', 'direct']);
    expect(keptBy(opened)).toEqual(Buffer.concat([hello, request('localhost')]));
  });

  it('waits for an acknowledgement that comes after the request', () => {
    const opened = decide(Buffer.concat([hello, request('localhost')]), data, settingsAck());
    expect(opened.all).toEqual(['wait', 'wait', 'direct']);
    expect(keptBy(opened)).toEqual(Buffer.concat([hello, request('localhost'), data]));
  });

  it('takes a request without authority directly', () => {
    const fields = goRequest('').filter(({ name }) => name !== ':authority');
    expect(decide(hello, settingsAck(), frame(HEADERS, END_HEADERS, 1, createEncoder()(fields))).last?.kind).toBe(
      'direct',
    );
  });

  it.each(['', '/run/x.sock', 'unix:/x'])('is to rewrite for the authority %j', (authority) => {
    expect(decide(hello, settingsAck(), request(authority)).last?.kind).toBe('rewrite');
    expect(decide(hello, request(authority)).last?.kind).toBe('rewrite');
  });

  it('is the same at whatever byte the opening is cut', () => {
    const bytes = Buffer.concat([hello, settingsAck(), request('localhost'), data.subarray(0, 3)]);
    for (let at = 0; at <= bytes.length; at += 1) {
      const opened = decide(bytes.subarray(0, at), bytes.subarray(at));
      expect(opened.last?.kind).toBe('direct');
      expect(keptBy(opened)).toEqual(Buffer.concat([hello, request('localhost'), data.subarray(0, 3)]));
    }
  });

  it('does not let a client wait for the answer to its PING', () => {
    expect(decide(hello, Buffer.concat([frame(PING, 0, 0, Buffer.alloc(8)), settingsAck()])).last?.kind).toBe(
      'rewrite',
    );
  });

  it('keeps no more than 128 KiB', () => {
    const bulk = frame(DATA, 0, 1, Buffer.alloc(16_384));
    const opened = decide(hello, request('localhost'), ...Array.from({ length: 8 }, () => bulk));
    expect(opened.all.slice(-2)).toEqual(['wait', 'rewrite']);
  });
});

describe('a client that is no HTTP/2 client', () => {
  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1],
    ['a preface wrong in its last byte', Buffer.concat([PREFACE.subarray(0, 23), Buffer.from('x')]), 1],
    ['no SETTINGS', Buffer.concat([PREFACE, request('localhost')]), 1],
    ['an acknowledgement for SETTINGS', Buffer.concat([PREFACE, settingsAck()]), 1],
    ['a frame above 16 KiB', Buffer.concat([hello, Buffer.from([0, 64, 1, 4, 0, 0, 0, 0, 0])]), 6],
  ])('is refused for %s', (_, bytes, code) => {
    expect(decide(bytes).last).toMatchObject({ kind: 'refuse', code });
    const byByte = decide(...[...bytes].map((byte) => Buffer.from([byte])));
    expect(byByte.last).toMatchObject({ kind: 'refuse', code });
  });
});

describe('when the time is over', () => {
  it.each([
    ['nothing', 'refuse', []],
    ['half a preface', 'refuse', [PREFACE.subarray(0, 10)]],
    ['no acknowledgement', 'refuse', [hello]],
    ['half a frame', 'refuse', [hello, settingsAck(), request('localhost').subarray(0, 20)]],
    ['half a frame head', 'refuse', [hello, settingsAck(), request('localhost').subarray(0, 4)]],
    ['a handshake and no request', 'rewrite', [hello, settingsAck()]],
    ['a request and no acknowledgement', 'rewrite', [hello, request('localhost')]],
  ])('a client that sent %s: %s', (_, kind, sent) => {
    expect(decide(...sent).opening.expire().kind).toBe(kind);
  });
});
