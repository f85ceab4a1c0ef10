import type { WebSocket } from 'ws';
import type { StreamingBackend } from '../backend.ts';
import type { Dialogue, SessionLife } from '../session.ts';
import type { PortForwardRequest } from '../tickets.ts';
import { serveChannels } from '../websocket/channels.ts';
import { base64Codec, binaryCodec, type ChannelCodec } from '../websocket/codec.ts';
import { settledInTime } from '../wire.ts';
import { forward } from './forward.ts';

/** '' stands for a client that names no protocol. */
const codecs: ReadonlyMap<string, ChannelCodec> = new Map([
  ['v4.channel.k8s.io', binaryCodec],
  ['v4.base64.channel.k8s.io', base64Codec],
  ['', binaryCodec],
]);

export const webSocketForwardProtocols: readonly string[] = [...codecs.keys()];

export interface WebSocketForwardOptions {
  /** One of `webSocketForwardProtocols`. */
  readonly protocol: string;
  readonly backend: StreamingBackend;
  readonly life: SessionLife;
}

/** Serves one connection for each port of the request, on two channels: bytes on 2i, the text of a failure on 2i + 1. */
export const forwardOverWebSocket = (
  { sandboxId, ports }: PortForwardRequest,
  socket: WebSocket,
  { protocol, backend, life: { signal, onActivity } }: WebSocketForwardOptions,
): Dialogue => {
  const codec = codecs.get(protocol) ?? binaryCodec;
  const { wire, channel } = serveChannels(socket, { count: 2 * ports.length, codec, halfClose: false, onActivity });
  const carry = async (port: number, index: number): Promise<void> => {
    const streams = { data: channel(2 * index), error: channel(2 * index + 1) };
    streams.data.write(littleEndian(port));
    streams.error.write(littleEndian(port));
    await forward({ sandboxId, port }, streams, { backend, signal });
  };
  return { wire, run: () => settledInTime(Promise.all(ports.map(carry)), signal) };
};

/** Each channel begins with the port that it belongs to. */
const littleEndian = (port: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(port);
  return bytes;
};
