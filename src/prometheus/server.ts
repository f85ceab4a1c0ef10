import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { MetricsConfig } from '../config/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { PrometheusMetrics } from './metrics.ts';

export interface MetricsServer {
  /** Of the page: `http://127.0.0.1:9123/metrics`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface MetricsServerOptions extends MetricsConfig {
  readonly metrics: Pick<PrometheusMetrics, 'text' | 'contentType'>;
  readonly logger: Logger;
}

const PATH = '/metrics';

/** Serves the figures to Prometheus, over HTTP and to whoever reaches the address: they hold no secrets and no names of pods. */
export const serveMetrics = async ({
  address,
  port,
  metrics,
  logger,
}: MetricsServerOptions): Promise<MetricsServer> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    if (request.url?.split('?')[0] !== PATH) return void response.writeHead(404).end(`only ${PATH} is served\n`);
    const text = await metrics.text();
    response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
  };
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      logger.warn('the metrics cannot be given', { error: messageOf(error) });
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host: address, port }, resolve);
  });
  const bound = server.address();
  const host = isIP(address) === 6 ? `[${address}]` : address;
  return {
    url: `http://${host}:${typeof bound === 'object' ? (bound?.port ?? port) : port}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
