import { type ClientStream, connectSpdy, type SpdyClient } from '../unit/streaming/spdy-client.ts';

type StreamType = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** What a client of an exec or attach holds. */
export interface Session {
  readonly client: SpdyClient;
  readonly streams: Readonly<Record<StreamType, ClientStream>>;
  /** The exit code; a failure throws with its message. */
  exitCode(): Promise<number>;
}

interface Status {
  readonly status: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes: readonly { readonly message: string }[] };
}

const exitCodeOf = ({ status, reason, message, details }: Status): number => {
  if (status === 'Success') return 0;
  if (reason !== 'NonZeroExitCode') throw new Error(message);
  return Number(details?.causes[0]?.message);
};

const everything = { stdin: true, stdout: true, stderr: true, tty: false };
export type Flags = Partial<typeof everything>;

/** `url` is the engine's, or a kubelet's which stands before it. */
export const openStreams = async (url: string, flags: typeof everything): Promise<Session> => {
  const client = await connectSpdy(url, 'v4.channel.k8s.io');
  const wanted = { error: true, ...flags, resize: flags.tty };
  const types = (['error', 'stdin', 'stdout', 'stderr', 'resize'] as const).filter((type) => wanted[type]);
  const streams = Object.fromEntries(
    types.map((type) => [type, client.open({ streamtype: type })]),
  ) as Session['streams'];
  const exitCode = async (): Promise<number> => {
    await streams.error.ended;
    return exitCodeOf(
      JSON.parse(streams.error.text() || '{"status":"lost","message":"the session was lost"}') as Status,
    );
  };
  return { client, streams, exitCode };
};

/** A terminal has no stderr. */
export const complete = (flags: Flags) => ({ ...everything, ...(flags.tty === true && { stderr: false }), ...flags });
