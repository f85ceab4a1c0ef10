import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { StreamingBackend } from './backend.ts';
import { type Dialogue, type SessionLife, type SessionOptions, startSession } from './session.ts';
import type { Ticket } from './tickets.ts';
import { SessionEnded } from './wire.ts';

export interface SessionsOptions extends SessionOptions {
  readonly backend: Pick<StreamingBackend, 'ended'>;
  readonly logger: Logger;
}

/** The sessions of a server. */
export interface Sessions {
  readonly count: number;
  /** A session ends with what it takes place in, if not before. */
  begin(ticket: Ticket, open: (life: SessionLife) => Dialogue): void;
  /** Ends all of them, telling their clients, and resolves when their connections are closed. */
  end(reason: SessionEnded): Promise<void>;
}

export const createSessions = ({ backend, logger, ...options }: SessionsOptions): Sessions => {
  const sessions = new Set<ReturnType<typeof startSession>>();

  const begin: Sessions['begin'] = ({ kind, request }, open) => {
    const over = new AbortController();
    const session = startSession(options, open);
    sessions.add(session);
    logger.debug('streaming session begins', { kind });
    const fail = (error: unknown): void => logger.warn('streaming session failed', { kind, error: messageOf(error) });
    backend
      .ended(request, { signal: over.signal })
      .then((reason) => reason !== undefined && session.end(new SessionEnded(reason)))
      .catch(fail);
    session.over
      .then(() => logger.debug('streaming session is over', { kind }))
      .catch(fail)
      .finally(() => {
        over.abort();
        sessions.delete(session);
      });
  };
  return {
    get count() {
      return sessions.size;
    },
    begin,
    end: async (reason) => {
      for (const session of sessions) session.end(reason);
      await Promise.allSettled([...sessions].map(({ over }) => over));
    },
  };
};
