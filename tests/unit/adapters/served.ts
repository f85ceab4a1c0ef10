import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallOptions, credentials, type Metadata, type ServiceError } from '@grpc/grpc-js';
import type { RpcReport } from '../../../src/adapters/shared/instrument.ts';
import type { CriAdapter } from '../../../src/adapters/shared/service.ts';
import * as v1 from '../../../src/adapters/v1/generated/api.ts';
import * as v1alpha2 from '../../../src/adapters/v1alpha2/generated/api.ts';
import type { Engine } from '../../../src/core/engine.ts';
import type { LogFields, Logger } from '../../../src/core/ports/logger.ts';
import { grpcServer } from '../../../src/server/grpc-server.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

const listening = (lines: LogLine[]): Logger => {
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push({ level, message, fields });
  const logger: Logger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => logger,
  };
  return logger;
};

/** The adapters behind a real gRPC server on a unix socket, with clients of both versions. */
export const serve = async (engine: Engine, adapters: readonly CriAdapter[]) => {
  const lines: LogLine[] = [];
  const reports: RpcReport[] = [];
  const watch = { logger: listening(lines), onFinished: (report: RpcReport) => void reports.push(report) };
  const grpc = grpcServer(adapters.flatMap((adapter) => adapter.services(engine, watch)));
  const directory = mkdtempSync(join(tmpdir(), 'janus-adapters-'));
  const path = join(directory, 's.sock');
  const listener = createServer((socket) => grpc.inject(socket));
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  const address = `unix:${path}`;
  const open = credentials.createInsecure();
  const clients = {
    v1: { runtime: new v1.RuntimeServiceClient(address, open), image: new v1.ImageServiceClient(address, open) },
    v1alpha2: {
      runtime: new v1alpha2.RuntimeServiceClient(address, open),
      image: new v1alpha2.ImageServiceClient(address, open),
    },
  };
  const close = async (graceMs = 0): Promise<void> => {
    for (const { runtime, image } of Object.values(clients)) {
      runtime.close();
      image.close();
    }
    listener.close();
    await grpc.close({ graceMs });
    rmSync(directory, { recursive: true, force: true });
  };
  return { clients, lines, reports, grpc, path, close };
};

type Method<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => { cancel(): void };

/** Calls a unary method of a generated client. */
export const ask = <Request, Response>(
  client: object,
  method: Method<Request, Response>,
  request: Request,
  options: Partial<CallOptions> = {},
): Promise<Response> => askCancellable(client, method, request, options).response;

export const askCancellable = <Request, Response>(
  client: object,
  method: Method<Request, Response>,
  request: Request,
  options: Partial<CallOptions> = {},
): { readonly response: Promise<Response>; cancel(): void } => {
  let call: { cancel(): void } | undefined;
  const response = new Promise<Response>((resolve, reject) => {
    const callback = (error: ServiceError | null, answer: Response) =>
      error === null ? resolve(answer) : reject(error);
    call = Reflect.apply(method, client, [request, options, callback]) as { cancel(): void };
  });
  return { response, cancel: () => call?.cancel() };
};
