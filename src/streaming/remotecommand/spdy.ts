import type { Duplex } from 'node:stream';
import type { AttachRequest } from '../backend.ts';
import { createRoom } from '../room.ts';
import type { Dialogue, SessionLife } from '../session.ts';
import { type StreamAcceptor, serveSpdy } from '../spdy/connection.ts';
import { aborted, endAndFlush } from '../wire.ts';
import { type Command, type CommandStreams, runCommand } from './command.ts';
import { noSizes, terminalSizes } from './resize.ts';
import { describeOutcome } from './status.ts';

/** What each version brought: 3 the resize stream, 4 the Status objects. A client that names none gets the first. */
const versions: ReadonlyMap<string, number> = new Map([
  ['v4.channel.k8s.io', 4],
  ['v3.channel.k8s.io', 3],
  ['v2.channel.k8s.io', 2],
  ['channel.k8s.io', 1],
]);

export const spdyCommandProtocols: readonly string[] = [...versions.keys()];

export interface SpdyCommandOptions {
  /** One of `spdyCommandProtocols`. */
  readonly protocol: string;
  /** In which all streams must have been opened, in ms. */
  readonly creationTimeout: number;
  readonly life: SessionLife;
}

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** Serves an exec or attach whose client opens one SPDY stream for each of its streams. */
export const commandOverSpdy = (command: Command, transport: Duplex, options: SpdyCommandOptions): Dialogue => {
  const version = versions.get(options.protocol) ?? 1;
  const wanted = wantedStreams(command.request, version);
  const collection = collectStreams(wanted);
  const { acceptor } = collection;
  const { signal, onActivity } = options.life;
  const wire = serveSpdy(transport, { acceptor, maxStreams: wanted.size, onActivity });
  const run = async (): Promise<void> => {
    const expiry = setTimeout(collection.giveUp, options.creationTimeout);
    const streams = await Promise.race([collection.complete, aborted(signal).then(() => undefined)]);
    clearTimeout(expiry);
    if (streams) await runCommand(command, toCommandStreams(streams, version), { signal });
  };
  return { wire, run };
};

const wantedStreams = (request: AttachRequest, version: number): ReadonlySet<string> => {
  const wanted = new Set<StreamType>(['error']);
  if (request.stdin) wanted.add('stdin');
  if (request.stdout) wanted.add('stdout');
  if (request.stderr) wanted.add('stderr');
  if (request.tty && version >= 3) wanted.add('resize');
  return wanted;
};

type Streams = ReadonlyMap<string, Duplex>;

const collectStreams = (wanted: ReadonlySet<string>) => {
  const streams = new Map<string, Duplex>();
  const decision = createRoom();
  const acceptor: StreamAcceptor = {
    admits: (headers) => {
      const type = headers.get('streamtype') ?? '';
      return wanted.has(type) && !streams.has(type);
    },
    opened: ({ headers, duplex }) => {
      streams.set(headers.get('streamtype') ?? '', duplex);
      if (streams.size === wanted.size) decision.free();
    },
  };
  const complete = decision.wait().then(() => (streams.size === wanted.size ? streams : undefined));
  return { acceptor, complete, giveUp: decision.free };
};

const toCommandStreams = (streams: Streams, version: number): CommandStreams => {
  const resize = streams.get('resize');
  const error = streams.get('error');
  // Nothing is expected on these; whatever comes must not stop up the connection.
  for (const output of ['error', 'stdout', 'stderr']) streams.get(output)?.resume();
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    resize: resize ? terminalSizes(resize) : noSizes,
    report: async (outcome, options) => {
      error?.end(describeOutcome(outcome, version >= 4 ? 'json' : 'text'));
      const ends = [error, streams.get('stdin')].filter((stream) => stream !== undefined);
      await Promise.all(ends.map((stream) => endAndFlush(stream, options)));
    },
  };
};
