import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Dialogue, SessionLife } from '../session.ts';
import { serveChannels } from '../websocket/channels.ts';
import { base64Codec, binaryCodec, type ChannelCodec } from '../websocket/codec.ts';
import { endAndFlush } from '../wire.ts';
import { type Command, type CommandStreams, runCommand } from './command.ts';
import { noSizes, terminalSizes } from './resize.ts';
import { describeOutcome, type StatusFormat } from './status.ts';

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
const CHANNEL_COUNT = 5;

interface Variant {
  readonly codec: ChannelCodec;
  readonly format: StatusFormat;
  readonly halfClose: boolean;
}

const first: Variant = { codec: binaryCodec, format: 'text', halfClose: false };

/** Versions 2 and 3 exist over SPDY only. '' stands for a client that names no protocol. */
const variants: ReadonlyMap<string, Variant> = new Map([
  ['v5.channel.k8s.io', { codec: binaryCodec, format: 'json', halfClose: true }],
  ['v4.channel.k8s.io', { codec: binaryCodec, format: 'json', halfClose: false }],
  ['v4.base64.channel.k8s.io', { codec: base64Codec, format: 'json', halfClose: false }],
  ['channel.k8s.io', first],
  ['base64.channel.k8s.io', { ...first, codec: base64Codec }],
  ['', first],
]);

export const webSocketCommandProtocols: readonly string[] = [...variants.keys()];

export interface WebSocketCommandOptions {
  /** One of `webSocketCommandProtocols`. */
  readonly protocol: string;
  readonly life: SessionLife;
}

/** Serves an exec or attach whose streams are channels of one WebSocket. */
export const commandOverWebSocket = (
  command: Command,
  socket: WebSocket,
  { protocol, life: { signal, onActivity } }: WebSocketCommandOptions,
): Dialogue => {
  const { codec, format, halfClose } = variants.get(protocol) ?? first;
  const { wire, channel } = serveChannels(socket, { count: CHANNEL_COUNT, codec, halfClose, onActivity });
  const streams = toCommandStreams(command, channel, format);
  announce(streams.stdout ?? streams.stderr ?? channel(channels.error));
  // The reason stands on the error channel, and clients take any close but the normal one for the loss of what they have not read yet.
  const close = (): Promise<void> => wire.close();
  return { wire: { ...wire, close }, run: () => runCommand(command, streams, { signal }) };
};

/** An empty message on the first channel that will carry something tells the client that the session is up. */
const announce = (output: NodeJS.WritableStream): void => {
  output.write(Buffer.alloc(0));
};

const toCommandStreams = (
  { request }: Command,
  channel: (number: number) => Duplex,
  format: StatusFormat,
): CommandStreams => {
  const error = channel(channels.error);
  // Whatever comes on channels that nobody reads must not stop up the connection.
  const unread = [error, channel(channels.stdout), channel(channels.stderr)];
  if (!request.stdin) unread.push(channel(channels.stdin));
  if (!request.tty) unread.push(channel(channels.resize));
  for (const output of unread) output.resume();
  return {
    stdin: request.stdin ? channel(channels.stdin) : undefined,
    stdout: request.stdout ? channel(channels.stdout) : undefined,
    stderr: request.stderr ? channel(channels.stderr) : undefined,
    resize: request.tty ? terminalSizes(channel(channels.resize)) : noSizes,
    report: (outcome, options) => {
      error.end(describeOutcome(outcome, format));
      return endAndFlush(error, options);
    },
  };
};
