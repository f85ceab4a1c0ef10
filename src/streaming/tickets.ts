import { invalidArgument } from '../core/errors.ts';
import type { AttachRequest, ExecRequest } from './backend.ts';

/**
 * As CRI's PortForwardRequest. WebSocket clients get these ports; SPDY clients name a port with each connection: one of these, if there are any.
 */
export interface PortForwardRequest {
  readonly sandboxId: string;
  readonly ports: readonly number[];
}

/** What a token stands for. */
export type Ticket =
  | { readonly kind: 'exec'; readonly request: ExecRequest }
  | { readonly kind: 'attach'; readonly request: AttachRequest }
  | { readonly kind: 'portforward'; readonly request: PortForwardRequest };

/** Two channels each, numbered in one byte, as a digit in base64 protocols. */
const MAX_PORTS = 100;

export const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

const checkStdio = ({ containerId, tty, stdin, stdout, stderr }: AttachRequest): void => {
  if (containerId === '') throw invalidArgument('container_id', 'must be given');
  if (tty && stderr) throw invalidArgument('stderr', 'a terminal has no separate stderr');
  if (!stdin && !stdout && !stderr) throw invalidArgument('stdin', 'one of stdin, stdout and stderr must be set');
};

export const execTicket = (request: ExecRequest): Ticket => {
  checkStdio(request);
  if (request.command.length === 0) throw invalidArgument('cmd', 'must not be empty');
  return { kind: 'exec', request };
};

export const attachTicket = (request: AttachRequest): Ticket => {
  checkStdio(request);
  return { kind: 'attach', request };
};

export const portForwardTicket = (request: PortForwardRequest): Ticket => {
  if (request.sandboxId === '') throw invalidArgument('pod_sandbox_id', 'must be given');
  if (!request.ports.every(isPort)) throw invalidArgument('port', 'must be 1 to 65535');
  if (request.ports.length > MAX_PORTS) throw invalidArgument('port', `at most ${MAX_PORTS} at once`);
  return { kind: 'portforward', request };
};
