import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MAX_UNREAD_CONTROL } from '../wire.ts';

/** A request that asks for an upgrade, as node's server hands it out. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
}

export interface WebSocketOptions {
  /** As negotiated; '' when the client named none. */
  readonly protocol: string;
  /** Bytes of a message: a client that sends more is cut off. */
  readonly maxMessage: number;
}

/** Calls back with an open socket; what is no WebSocket handshake is refused with status 400 or 405. */
export const upgradeToWebSocket = (
  { request, socket, head }: UpgradeRequest,
  { protocol, maxMessage }: WebSocketOptions,
  opened: (socket: WebSocket) => void,
): void => {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessage,
    perMessageDeflate: false,
    autoPong: false,
  });
  // `ws` has no part in the choice of the protocol: it takes the slash in SPDY/3.1+portforward.k8s.io for an error.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', (headers) => protocol && headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  server.handleUpgrade(request, socket, head, (webSocket) => {
    answerPings(webSocket);
    opened(webSocket);
  });
};

/** As `ws` would, but not for a client that never reads the answers. */
const answerPings = (socket: WebSocket): void => {
  let unread = 0;
  socket.on('ping', (data: Buffer) => {
    const size = data.length + 2;
    unread += size;
    if (unread > MAX_UNREAD_CONTROL) return socket.terminate();
    socket.pong(data, false, () => {
      unread -= size;
    });
  });
};
