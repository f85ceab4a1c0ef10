import type { Duplex } from 'node:stream';
import type { StreamingBackend } from '../backend.ts';
import type { Dialogue, SessionLife } from '../session.ts';
import { serveSpdy } from '../spdy/connection.ts';
import type { PortForwardRequest } from '../tickets.ts';
import { aborted, settledInTime } from '../wire.ts';
import { forward, refuse } from './forward.ts';
import { createPairs } from './pairs.ts';

export const SPDY_FORWARD_PROTOCOL = 'portforward.k8s.io';

/** What a client asks for that speaks SPDY inside of WebSocket messages (kubectl since 1.30). */
export const TUNNEL_FORWARD_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

export interface SpdyForwardOptions {
  readonly backend: StreamingBackend;
  readonly maxConnections: number;
  readonly creationTimeout: number;
  readonly life: SessionLife;
}

/**
 * Serves port-forward until the client leaves: any number of connections, each a pair of streams that names its port. A request that named ports is for
 * those alone.
 */
export const forwardOverSpdy = (
  { sandboxId, ports }: PortForwardRequest,
  transport: Duplex,
  options: SpdyForwardOptions,
): Dialogue => {
  const { backend, maxConnections, creationTimeout } = options;
  const { signal, onActivity } = options.life;
  const pairs = createPairs({
    maxConnections,
    creationTimeout,
    paired: (port, streams) =>
      ports.length === 0 || ports.includes(port)
        ? forward({ sandboxId, port }, streams, { backend, signal })
        : refuse(port, streams),
  });
  const wire = serveSpdy(transport, { acceptor: pairs.acceptor, maxStreams: 2 * maxConnections, onActivity });
  return { wire, run: () => aborted(signal).then(() => settledInTime(pairs.settle(), signal)) };
};
