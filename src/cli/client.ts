import { credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import {
  type ConfigResponse,
  NodeClient,
  type StatusResponse,
  type UsageResponse,
} from '../adapters/node/generated/node.ts';
import { CommandFailure } from './failure.ts';

/** Janus' own API, as the daemon on a socket answers it. */
export interface NodeApi {
  status(): Promise<StatusResponse>;
  usage(): Promise<UsageResponse>;
  config(): Promise<ConfigResponse>;
  close(): void;
}

const DEADLINE_MS = 10_000;

const explained = (socket: string, { code, details }: ServiceError): CommandFailure => {
  if (code === status.UNAVAILABLE)
    return new CommandFailure(
      `no daemon answers on ${socket}: ${details}\nIs it running (systemctl status janusd), is --socket right, and may this user open it?`,
    );
  if (code === status.UNIMPLEMENTED)
    return new CommandFailure(`what listens on ${socket} is no Janus, or one that is too old for this command`);
  return new CommandFailure(`${socket}: ${status[code]}: ${details}`);
};

/** `socket` is a path, with or without unix:// before it. */
export const connect = (socket: string): NodeApi => {
  const path = socket.replace(/^unix:\/\//, '');
  const client = new NodeClient(`unix:${path}`, credentials.createInsecure());
  const ask = <Answer>(
    call: (done: (error: ServiceError | null, answer: Answer) => void) => unknown,
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      call((error, answer) => (error === null ? resolve(answer) : reject(explained(path, error))));
    });
  const options = () => ({ deadline: Date.now() + DEADLINE_MS });
  return {
    status: () => ask((done) => client.status({}, new Metadata(), options(), done)),
    usage: () => ask((done) => client.usage({}, new Metadata(), options(), done)),
    config: () => ask((done) => client.config({}, new Metadata(), options(), done)),
    close: () => client.close(),
  };
};
