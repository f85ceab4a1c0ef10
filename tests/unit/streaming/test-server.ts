import { onTestFinished } from 'vitest';
import type { ExecRequest } from '../../../src/streaming/backend.ts';
import {
  createStreamingServer,
  type StreamingServer,
  type StreamingServerOptions,
} from '../../../src/streaming/server.ts';
import { createFakeBackend, type Seen } from './fake-backend.ts';

/** A server on a fake engine, which goes when the test is over. */
export const startServer = async (
  options: Partial<StreamingServerOptions> = {},
): Promise<{ server: StreamingServer; seen: Seen }> => {
  const { backend, seen } = createFakeBackend();
  const server = createStreamingServer({ backend, address: '127.0.0.1', port: 0, ...options });
  await server.listen();
  onTestFinished(() => server.close());
  return { server, seen };
};

/** An exec of one of the fake engine's programs, with stdin and stdout unless said otherwise. */
export const program = (command: string, change: Partial<ExecRequest> = {}): ExecRequest => ({
  containerId: 'container',
  command: command.split(' '),
  tty: false,
  stdin: true,
  stdout: true,
  stderr: false,
  ...change,
});
