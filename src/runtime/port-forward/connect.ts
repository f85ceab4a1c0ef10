import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errnoOf, JanusError, messageOf } from '../../core/errors.ts';
import { INET, inetSocket } from '../../host/libc/descriptors.ts';

const loopbacks = [
  { host: '127.0.0.1', family: INET.v4 },
  { host: '::1', family: INET.v6 },
] as const;

/** A listener that does not accept leaves its clients waiting. */
const TIMEOUT_MS = 30_000;

export interface Place {
  /** Runs a synchronous action in the network namespace that is meant. */
  readonly enter: <T>(action: () => T) => T;
  readonly port: number;
}

const connectOne = async (
  { enter, port }: Place,
  { host, family }: (typeof loopbacks)[number],
  signal: AbortSignal,
): Promise<Socket> => {
  const socket = new Socket({
    fd: enter(() => inetSocket(family)),
    readable: true,
    writable: true,
    allowHalfOpen: true,
  });
  socket.setTimeout(TIMEOUT_MS, () =>
    socket.destroy(new Error(`no answer from ${host} within ${TIMEOUT_MS / 1000} s`)),
  );
  try {
    const connected = once(socket, 'connect', { signal });
    socket.connect({ host, port });
    await connected;
    return socket.setTimeout(0).removeAllListeners('timeout').setNoDelay(true);
  } catch (error) {
    socket.destroy();
    throw error;
  }
};

/** What is said when nobody listens, or there is no such address in the namespace. */
const ABSENT: readonly (string | undefined)[] = ['ECONNREFUSED', 'EADDRNOTAVAIL', 'ENETUNREACH', 'EAFNOSUPPORT'];

/** Connects to a port on the loopback of a network namespace, IPv4 first. Nobody listens: `unavailable`, naming port and reasons. */
export const connectInside = async (place: Place, signal: AbortSignal): Promise<Duplex> => {
  const reasons: string[] = [];
  for (const loopback of loopbacks) {
    try {
      return await connectOne(place, loopback, signal);
    } catch (error) {
      signal.throwIfAborted();
      reasons.push(messageOf(error));
      if (!ABSENT.includes(errnoOf(error))) break;
    }
  }
  throw new JanusError('unavailable', `port ${place.port} cannot be reached: ${reasons.join('; ')}`);
};
