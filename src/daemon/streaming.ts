import { readFileSync } from 'node:fs';
import type { StreamingConfig } from '../config/config.ts';
import type { Context } from '../core/context.ts';
import { JanusError } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { StreamUrls } from '../core/ports/stream-urls.ts';
import { requireRunning } from '../core/verbs/in-container.ts';
import type { StreamingBackend } from '../streaming/backend.ts';
import { createStreamingServer, type StreamingServer } from '../streaming/server.ts';

/** Sessions of the streaming server are sessions of the runtime. The context is made after the server, whose URLs it needs. */
const backendOf = (context: () => Context): StreamingBackend => ({
  exec: (request, io, options) => {
    const ctx = context();
    return ctx.runtime.exec(requireRunning(ctx, request.containerId), { command: request.command, tty: request.tty }, io, options);
  },
  attach: (request, io, options) => {
    const ctx = context();
    return ctx.runtime.attach(requireRunning(ctx, request.containerId), io, options);
  },
  portForward: () => Promise.reject(new JanusError('unimplemented', 'port-forward is not there yet')),
});

const tlsOf = ({ tls }: StreamingConfig) => (tls === undefined ? undefined : { cert: readFileSync(tls.cert), key: readFileSync(tls.key) });

export const createStreaming = (config: StreamingConfig, logger: Logger, context: () => Context): StreamingServer =>
  createStreamingServer({ backend: backendOf(context), address: config.address, port: config.port, tls: tlsOf(config), logger });

export const urlsOf = (server: StreamingServer): StreamUrls => ({
  exec: (session) => server.execUrl(session),
  attach: (session) => server.attachUrl(session),
  portForward: (request) => server.portForwardUrl(request),
});
