import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type {
  AttachRequest,
  ExecRequest,
  ForwardRequest,
  SessionIo,
  StreamingBackend,
  TerminalSize,
} from '../../../src/streaming/backend.ts';

/** What the backend saw, for tests to wait for. */
export interface Seen {
  /** Ends all sessions, as the end of a container or sandbox does. */
  end(reason: string): void;
  readonly signals: AbortSignal[];
  readonly sizes: TerminalSize[];
  readonly forwarded: ForwardRequest[];
  received: number;
}

type Program = (io: SessionIo, args: readonly string[], signal: AbortSignal) => Promise<number>;

const write = async (output: Writable | undefined, bytes: Buffer | string): Promise<void> => {
  if (!output || output.write(bytes)) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(output, 'drain', { signal }), once(output, 'close', { signal })]).finally(() =>
    waiting.abort(),
  );
};

const end = async (readable: Readable | undefined): Promise<void> => {
  for await (const _chunk of readable ?? []);
};

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Programs that a command's first word names. */
const programs = (seen: Seen): Readonly<Record<string, Program>> => ({
  cat: async ({ stdin, stdout }) => {
    if (stdin && stdout) await pipeline(stdin, stdout, { end: false });
    return 0;
  },
  exit: async (_io, [code]) => Number(code),
  echo: async ({ stdout, stderr }, [out = '', err = '']) => {
    await write(stdout, out);
    await write(stderr, err);
    return 0;
  },
  yes: async ({ stdout }, [megabytes]) => {
    const chunk = Buffer.alloc(1024 * 1024, 'yes\n');
    for (let i = 0; i < Number(megabytes) && !stdout?.destroyed; i++) await write(stdout, chunk);
    return 0;
  },
  count: async ({ stdin, stdout }) => {
    for await (const chunk of stdin ?? []) seen.received += (chunk as Buffer).length;
    await write(stdout, String(seen.received));
    return 0;
  },
  sizes: async ({ stdin, resize }) => {
    const stop = end(stdin);
    for await (const size of resize) {
      seen.sizes.push(size);
      if (size.width === 0) break;
    }
    await stop;
    return 0;
  },
  sleep: (_io, _args, signal) => untilAborted(signal),
  deaf: () => new Promise<number>(() => undefined),
  fail: async () => {
    throw new Error('no such command');
  },
});

/** An engine without processes. Port 7 echoes, 9 discards, 19 sends 1 MiB, 113 is refused, 104 is cut, others never end. */
export const createFakeBackend = (): { backend: StreamingBackend; seen: Seen } => {
  let end: Seen['end'] = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const seen: Seen = { end, signals: [], sizes: [], forwarded: [], received: 0 };
  const run = (request: ExecRequest, io: SessionIo, signal: AbortSignal): Promise<number> => {
    const [name = '', ...args] = request.command;
    seen.signals.push(signal);
    return programs(seen)[name]?.(io, args, signal) ?? Promise.reject(new Error(`${name} is no program`));
  };
  const backend: StreamingBackend = {
    exec: (request, io, { signal }) => run(request, io, signal),
    attach: async (request: AttachRequest, io, { signal }) => {
      await run({ ...request, command: request.containerId.split(' ') }, io, signal);
    },
    ended: () => ended,
    portForward: async (request, connection, { signal }) => {
      seen.forwarded.push(request);
      seen.signals.push(signal);
      await servePort(request.port, connection, signal);
    },
  };
  return { backend, seen };
};

const servePort = async (port: number, connection: Duplex, signal: AbortSignal): Promise<void> => {
  if (port === 7) return pipeline(connection, connection);
  if (port === 9) return end(connection);
  if (port === 19) return write(connection, Buffer.alloc(1024 * 1024, 'x'));
  if (port === 113) throw new Error('connection refused');
  if (port === 104) throw Object.assign(new Error('reset by peer'), { code: 'ECONNRESET' });
  await untilAborted(signal);
};
