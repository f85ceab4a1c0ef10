import type { SessionRequest } from '../../../core/engine.ts';
import { invalidArgument } from '../../../core/errors.ts';
import type * as cri from '../../v1alpha2/generated/api.ts';
import { filled, integer, NOT_NEGATIVE, texts } from './rules.ts';

const command = (cmd: readonly string[]): readonly string[] => {
  if (cmd.length === 0) throw invalidArgument('cmd', 'must not be empty');
  filled(cmd[0] ?? '', 'cmd[0]');
  return texts(cmd, 'cmd');
};

export const execSyncRequest = (message: cri.ExecSyncRequest) => {
  const { containerId, cmd, timeout, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    containerId: filled(containerId, 'container_id'),
    command: command(cmd),
    timeoutSeconds: integer(timeout, 'timeout', NOT_NEGATIVE),
  };
};

export const attachRequest = (message: cri.AttachRequest): SessionRequest => {
  const { containerId, tty, stdin, stdout, stderr, ...rest } = message;
  rest satisfies Record<string, never>;
  if (!stdin && !stdout && !stderr) throw invalidArgument('stdin', 'one of stdin, stdout and stderr must be true');
  if (tty && stderr) throw invalidArgument('stderr', 'must be false with a tty, which has one output only');
  return { containerId: filled(containerId, 'container_id'), tty, stdin, stdout, stderr };
};

export const execRequest = (message: cri.ExecRequest): SessionRequest & { readonly command: readonly string[] } => {
  const { cmd, ...session } = message;
  return { ...attachRequest(session), command: command(cmd) };
};

/** A pod may ask for any grace period, and must stay stoppable whatever it asked for. */
export const graceSeconds = (timeout: bigint, field: string): number =>
  timeout > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : integer(timeout, field, NOT_NEGATIVE);

const PORT = { min: 1, max: 65_535 };

/** Clients that name the ports in the stream itself send none here. */
export const portForwardRequest = (message: cri.PortForwardRequest) => {
  const { podSandboxId, port, ...rest } = message;
  rest satisfies Record<string, never>;
  return {
    sandboxId: filled(podSandboxId, 'pod_sandbox_id'),
    ports: port.map((value, index) => integer(value, `port[${index}]`, PORT)),
  };
};
