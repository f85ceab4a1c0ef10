import { messageOf } from '../../core/errors.ts';
import type { AttachRequest, SessionIo, StreamingBackend } from '../backend.ts';
import type { Ticket } from '../tickets.ts';
import { aborted, endAndFlush, GOODBYE_GRACE, SessionEnded } from '../wire.ts';
import type { Outcome } from './status.ts';

/** The streams of a client, put together from whatever its protocol calls them. */
export interface CommandStreams extends SessionIo {
  /** Writes the outcome to the client, as the last thing it hears. */
  report(outcome: Outcome, options: { signal: AbortSignal }): Promise<void>;
}

/** An exec or attach that waits for its streams. */
export interface Command {
  readonly request: AttachRequest;
  start(io: SessionIo, options: { signal: AbortSignal }): Promise<Outcome>;
}

type CommandTicket = Extract<Ticket, { kind: 'exec' | 'attach' }>;

export const commandOf = (ticket: CommandTicket, backend: StreamingBackend): Command => ({
  request: ticket.request,
  start: async (io, options) => {
    if (ticket.kind === 'exec') return { kind: 'exited', code: await backend.exec(ticket.request, io, options) };
    await backend.attach(ticket.request, io, options);
    return { kind: 'exited', code: 0 };
  },
});

/** Runs the command and tells the client how it ended. A backend that ignores the signal is not waited for. */
export const runCommand = async (
  command: Command,
  streams: CommandStreams,
  { signal }: { signal: AbortSignal },
): Promise<void> => {
  const started = command.start(streams, { signal }).catch((error: unknown): Outcome => failed(messageOf(error)));
  const outcome = await Promise.race([started, aborted(signal).then(() => reasonOf(signal))]);
  if (!outcome) return;
  const patience = signal.aborted ? AbortSignal.timeout(GOODBYE_GRACE) : signal;
  const outputs = [streams.stdout, streams.stderr].filter((output) => output !== undefined);
  await Promise.all(outputs.map((output) => endAndFlush(output, { signal: patience })));
  await streams.report(outcome, { signal: patience });
};

const failed = (message: string): Outcome => ({ kind: 'failed', message });

/** Undefined when there is nobody left to tell. */
const reasonOf = ({ reason }: AbortSignal): Outcome | undefined =>
  reason instanceof SessionEnded ? failed(reason.message) : undefined;
