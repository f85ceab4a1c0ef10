import { createWebSocketStream, type WebSocket } from 'ws';
import type { StreamingBackend } from './backend.ts';
import { headerList, negotiate, type Refusal, switchProtocols } from './http.ts';
import { forwardOverSpdy, SPDY_FORWARD_PROTOCOL, TUNNEL_FORWARD_PROTOCOL } from './portforward/spdy.ts';
import { forwardOverWebSocket, webSocketForwardProtocols } from './portforward/websocket.ts';
import { commandOf } from './remotecommand/command.ts';
import { commandOverSpdy, spdyCommandProtocols } from './remotecommand/spdy.ts';
import { commandOverWebSocket, webSocketCommandProtocols } from './remotecommand/websocket.ts';
import type { Dialogue, SessionLife } from './session.ts';
import type { Ticket } from './tickets.ts';
import { type UpgradeRequest, upgradeToWebSocket } from './websocket/upgrade.ts';
import { INBOUND_BUFFER } from './wire.ts';

export interface DispatchOptions {
  readonly backend: StreamingBackend;
  /** In which a client must have opened its streams, in ms. */
  readonly creationTimeout: number;
  /** Forwarded connections of one session at once. */
  readonly maxConnections: number;
  /** Bytes of a WebSocket message. */
  readonly maxMessage: number;
  /** Starts a session on the dialogue that `open` makes. */
  readonly begin: (open: (life: SessionLife) => Dialogue) => void;
}

/** Upgrades to the protocol that client and ticket agree on and begins the session, or returns why not. */
export const dispatch = (ticket: Ticket, upgrade: UpgradeRequest, options: DispatchOptions): Refusal | undefined => {
  const wanted = headerList(upgrade.request, 'upgrade').map((name) => name.toLowerCase());
  if (wanted.includes('websocket')) return overWebSocket(ticket, upgrade, options);
  if (wanted.includes('spdy/3.1')) return overSpdy(ticket, upgrade, options);
  return { status: 400, message: 'an upgrade to SPDY/3.1 or websocket is required' };
};

const overSpdy: typeof dispatch = (ticket, { request, socket, head }, options) => {
  const supported = ticket.kind === 'portforward' ? [SPDY_FORWARD_PROTOCOL] : spdyCommandProtocols;
  const offered = headerList(request, 'x-stream-protocol-version');
  // Clients from before the negotiation send no version, and mean the first.
  const protocol = offered.length > 0 ? negotiate(offered, supported) : supported.at(-1);
  if (protocol === undefined) return disagree(supported);
  switchProtocols(socket, { Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': protocol });
  if (head.length > 0) socket.unshift(head);
  options.begin((life) =>
    ticket.kind === 'portforward'
      ? forwardOverSpdy(ticket.request, socket, { ...options, life })
      : commandOverSpdy(commandOf(ticket, options.backend), socket, { ...options, protocol, life }),
  );
  return undefined;
};

const forwardProtocols = [TUNNEL_FORWARD_PROTOCOL, ...webSocketForwardProtocols];

const overWebSocket: typeof dispatch = (ticket, upgrade, options) => {
  const supported = ticket.kind === 'portforward' ? forwardProtocols : webSocketCommandProtocols;
  const offered = headerList(upgrade.request, 'sec-websocket-protocol');
  const protocol = negotiate(offered.length > 0 ? offered : [''], supported);
  if (protocol === undefined) return disagree(supported);
  const channelled = ticket.kind === 'portforward' && protocol !== TUNNEL_FORWARD_PROTOCOL;
  if (channelled && ticket.request.ports.length === 0) return { status: 400, message: 'the request names no port' };
  upgradeToWebSocket(upgrade, { protocol, maxMessage: options.maxMessage }, (socket) =>
    options.begin((life) => webSocketDialogue(ticket, socket, { ...options, protocol, life })),
  );
  return undefined;
};

type Agreed = DispatchOptions & { readonly protocol: string; readonly life: SessionLife };

const webSocketDialogue = (ticket: Ticket, socket: WebSocket, options: Agreed): Dialogue => {
  if (ticket.kind !== 'portforward') return commandOverWebSocket(commandOf(ticket, options.backend), socket, options);
  if (options.protocol !== TUNNEL_FORWARD_PROTOCOL) return forwardOverWebSocket(ticket.request, socket, options);
  const transport = createWebSocketStream(socket, { readableHighWaterMark: INBOUND_BUFFER });
  // It would wait for ever for the last bytes to be taken by a socket that is no more.
  socket.once('close', () => transport.destroy());
  return forwardOverSpdy(ticket.request, transport, options);
};

const disagree = (supported: readonly string[]): Refusal => {
  const names = supported.filter((name) => name !== '').join(', ');
  const headers = { 'X-Accepted-Stream-Protocol-Versions': names };
  return { status: 403, message: `no common protocol; this server speaks ${names}`, headers };
};
