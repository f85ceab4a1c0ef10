/** A client that behaves on the wire as gRPC for Go does: no request before the server's SETTINGS, one encoder. */
import { connect, type Socket } from 'node:net';
import { createEncoder, type Field, goRequest } from './hpack-model.ts';
import {
  ACK,
  DATA,
  END_HEADERS,
  END_STREAM,
  type Frame,
  frame,
  GOAWAY,
  HEADERS,
  PREFACE,
  parseFrames,
  RST_STREAM,
  SETTINGS,
  settings,
  settingsAck,
} from './wire.ts';

export interface Reply {
  /** `reset` when the server refused the stream or the connection went away. */
  readonly outcome: 'ended' | 'reset';
  readonly data: Buffer;
}

export interface RawClient {
  readonly socket: Socket;
  /** Every frame the server sent. */
  readonly frames: readonly Frame[];
  /** The server's first frame of this type. */
  received(type: number): Promise<Frame>;
  request(authority: string, message: Buffer, extra?: readonly Field[]): Promise<Reply>;
  readonly closed: Promise<void>;
}

/** A gRPC message with its prefix. */
export const message = (bytes: Buffer): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
};

/** Connects and says nothing, unless it `acks` the server's SETTINGS. */
export const open = (path: string, { acks = false } = {}): RawClient => {
  const socket = connect(path);
  const frames: Frame[] = [];
  const byStream = new Map<number, Frame[]>();
  const watchers = new Set<() => void>();
  const encode = createEncoder();
  let pending: Buffer = Buffer.alloc(0);
  let streamId = -1;
  let gone = false;
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      gone = true;
      tell();
      resolve();
    });
  });
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const parsed = parseFrames(Buffer.concat([pending, chunk]));
    pending = Buffer.concat([pending, chunk]).subarray(parsed.length);
    frames.push(...parsed.frames);
    for (const each of parsed.frames) {
      byStream.set(each.streamId, [...(byStream.get(each.streamId) ?? []), each]);
      if (acks && each.type === SETTINGS && !(each.flags & ACK)) socket.write(settingsAck());
    }
    tell();
  });
  /** Resolves with the first value that `look` finds. */
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const watcher = (): void => {
        const found = look();
        if (found === undefined) return;
        watchers.delete(watcher);
        resolve(found);
      };
      watchers.add(watcher);
      watcher();
    });
  const replyOn = (id: number) => (): Reply | undefined => {
    const mine = byStream.get(id) ?? [];
    const data = Buffer.concat(mine.filter(({ type }) => type === DATA).map(({ payload }) => payload));
    if (mine.some(({ type }) => type === RST_STREAM) || gone) return { outcome: 'reset', data };
    const ended = mine.some(({ type, flags }) => (type === HEADERS || type === DATA) && flags & END_STREAM);
    return ended ? { outcome: 'ended', data } : undefined;
  };
  return {
    socket,
    frames,
    closed,
    received: (type) => until(() => frames.find((each) => each.type === type)),
    request(authority, bytes, extra = []) {
      streamId += 2;
      const block = encode([...goRequest(authority), ...extra]);
      socket.write(
        Buffer.concat([frame(HEADERS, END_HEADERS, streamId, block), frame(DATA, END_STREAM, streamId, bytes)]),
      );
      return until(replyOn(streamId));
    },
  };
};

/** Connects and shakes hands. */
export const handshake = async (path: string): Promise<RawClient> => {
  const client = open(path, { acks: true });
  client.socket.write(Buffer.concat([PREFACE, settings()]));
  await client.received(SETTINGS);
  return client;
};

export const goAwayCode = (frames: readonly Frame[]): number | undefined =>
  frames.find(({ type }) => type === GOAWAY)?.payload.readUInt32BE(4);
