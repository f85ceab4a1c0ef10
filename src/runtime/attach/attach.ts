import { Writable } from 'node:stream';
import { JanusError } from '../../core/errors.ts';
import type { ContainerRef, ContainerRuntime, SessionIo } from '../../core/ports/container-runtime.ts';
import { type ContainerLayout, containerLayout, type Roots } from '../container-layout.ts';
import { type ConmonConnection, connectToConmon } from './connection.ts';
import { followSizes } from './resize.ts';
import { createSeats } from './seats.ts';

const MAX_CLIENTS = 32;

/** What may wait for one client. One that is further behind is cut off, for nothing else would spare the container. */
const MAX_UNREAD = 4 * 1024 * 1024;

/** Gives the client what comes, whether it takes it or not; `onBehind` when too much waits. */
const outlet =
  (sink: Writable | undefined, onBehind: () => void) =>
  (bytes: Buffer): void => {
    if (sink === undefined || sink.destroyed || sink.writableEnded) return;
    sink.write(bytes);
    if (sink.writableLength > MAX_UNREAD) onBehind();
  };

/** The client's input, as far as the container has one; the rest is read and dropped. */
const feed = ({ container }: ContainerRef, { stdin }: SessionIo, connection: ConmonConnection): void => {
  if (stdin === undefined) return;
  if (!container.config.stdin) return void stdin.resume();
  const input = new Writable({
    write: (chunk: Buffer, _encoding, done) => connection.send(chunk, done),
    final: (done) => {
      if (container.config.stdinOnce) connection.end();
      done();
    },
  });
  input.on('error', () => stdin.resume());
  stdin.pipe(input);
};

interface Attached {
  readonly ref: ContainerRef;
  readonly io: SessionIo;
  readonly layout: ContainerLayout;
}

const attachTo = async ({ ref, io, layout }: Attached, signal: AbortSignal): Promise<void> => {
  let behind = false;
  const onBehind = (): void => {
    behind = true;
    connection.close();
  };
  const outputs = { stdout: outlet(io.stdout, onBehind), stderr: outlet(io.stderr, onBehind) };
  const connection = await connectToConmon(layout.attachSocket, outputs, signal);
  signal.addEventListener('abort', connection.close, { once: true });
  feed(ref, io, connection);
  if (ref.container.config.tty) void followSizes(io.resize, layout.bundle).catch(() => undefined);
  await connection.closed;
  signal.removeEventListener('abort', connection.close);
  signal.throwIfAborted();
  if (behind) throw new JanusError('resource-exhausted', 'the client reads more slowly than the container writes');
};

/** Attaches clients to running containers. That a client leaves does the container no harm, but for the end of its input if it asked for that (`stdin_once`). */
export const createAttach = (roots: Roots): ContainerRuntime['attach'] => {
  const seats = createSeats(MAX_CLIENTS);
  return async (ref, io, { signal }) => {
    signal.throwIfAborted();
    using _seat = seats.take(ref.container.id);
    await attachTo({ ref, io, layout: containerLayout(roots, ref.container.id) }, signal);
  };
};
