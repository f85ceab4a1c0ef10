import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamingConfig } from '../config/config.ts';
import type { Context } from '../core/context.ts';
import { JanusError } from '../core/errors.ts';
import type { ContainerId, SandboxId } from '../core/model/ids.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { StreamUrls } from '../core/ports/stream-urls.ts';
import { endOfPlace } from '../core/session-end.ts';
import { requireRunning } from '../core/verbs/in-container.ts';
import { join } from '../runtime/port-forward/join.ts';
import type { SessionPlace, StreamingBackend } from '../streaming/backend.ts';
import { createStreamingServer, type StreamingServer, type StreamingTls } from '../streaming/server.ts';

const requireReady = (ctx: Context, id: string): SandboxRecord => {
  const sandbox = ctx.sandboxes.require(id);
  if (sandbox.state.kind !== 'ready') throw new JanusError('failed-precondition', `sandbox ${sandbox.id} is not ready`);
  return sandbox;
};

/** For the exit code and the last output of a container that has ended, if its client reads them. A port-forward has neither. */
const LAST_WORDS_MS = 30_000;

/** Ids of sessions are full ones: they were found when the URL was handed out. */
const ended = async (ctx: Context, place: SessionPlace, signal: AbortSignal): Promise<string | undefined> => {
  if ('sandboxId' in place) return endOfPlace(ctx, { sandboxId: place.sandboxId as SandboxId }, signal);
  const reason = await endOfPlace(ctx, { containerId: place.containerId as ContainerId }, signal);
  if (reason !== undefined) await delay(LAST_WORDS_MS, undefined, { signal }).catch(() => undefined);
  return reason;
};

/** Sessions of the streaming server are sessions of the runtime. The context is made after the server, whose URLs it needs. */
const backendOf = (context: () => Context): StreamingBackend => ({
  exec: (request, io, options) => {
    const ctx = context();
    return ctx.runtime.exec(
      requireRunning(ctx, request.containerId),
      { command: request.command, tty: request.tty },
      io,
      options,
    );
  },
  attach: (request, io, options) => {
    const ctx = context();
    return ctx.runtime.attach(requireRunning(ctx, request.containerId), io, options);
  },
  ended: (place, { signal }) => ended(context(), place, signal),
  portForward: async ({ sandboxId, port }, connection, options) => {
    const ctx = context();
    await join(connection, await ctx.host.connect(requireReady(ctx, sandboxId), port, options), options);
  },
});

/** What a session started takes so long to end, at most, when the daemon does. */
const SETTLE_MS = 5000;

/** Knows when the sessions that were begun have let go of everything: a session's client is told before its process has been killed. */
const counted = (backend: StreamingBackend) => {
  const running = new Set<Promise<unknown>>();
  const count = async <T>(begin: () => Promise<T>): Promise<T> => {
    const session = Promise.resolve().then(begin);
    running.add(session);
    return session.finally(() => running.delete(session));
  };
  const counting: StreamingBackend = {
    ...backend,
    exec: (...args) => count(() => backend.exec(...args)),
    attach: (...args) => count(() => backend.attach(...args)),
    portForward: (...args) => count(() => backend.portForward(...args)),
  };
  const settled = (): Promise<unknown> =>
    Promise.race([Promise.allSettled(running), delay(SETTLE_MS, undefined, { ref: false })]);
  return { backend: counting, settled };
};

/** With a CA, only clients that it has signed are let in. */
const tlsOf = ({ tls }: StreamingConfig): StreamingTls | undefined => {
  if (tls === undefined) return undefined;
  const own = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  return tls.ca === '' ? own : { ...own, ca: readFileSync(tls.ca), requestCert: true, rejectUnauthorized: true };
};

export const createStreaming = (config: StreamingConfig, logger: Logger, context: () => Context): StreamingServer => {
  const { backend, settled } = counted(backendOf(context));
  const server = createStreamingServer({
    backend,
    address: config.address,
    port: config.port,
    tls: tlsOf(config),
    logger,
  });
  const close = async (): Promise<void> => {
    await server.close();
    await settled();
  };
  return { ...server, close };
};

export const urlsOf = (server: StreamingServer): StreamUrls => ({
  exec: (session) => server.execUrl(session),
  attach: (session) => server.attachUrl(session),
  portForward: (request) => server.portForwardUrl(request),
  sessions: () => server.sessions(),
});
