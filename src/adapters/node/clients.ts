import type { RpcReport } from '../shared/instrument.ts';

/** What one kind of client has asked over one API. */
export interface ClientCount {
  readonly api: string;
  readonly userAgent: string;
  readonly calls: number;
  readonly failures: number;
  readonly lastCallAt: number;
}

export interface Clients {
  heard(report: Pick<RpcReport, 'version' | 'userAgent' | 'code'>): void;
  list(): readonly ClientCount[];
}

/** Clients name themselves as they like: no more names than these are kept, and none that is longer. */
const MAX_CLIENTS = 64;
const MAX_NAME = 128;
const OTHERS = 'others';

/** Who calls over which API, by the name that clients give themselves; a unix socket tells no more of them. */
export const createClients = (nowMs: () => number = Date.now): Clients => {
  const clients = new Map<string, ClientCount>();
  const keyOf = (api: string, userAgent: string): string => `${api} ${userAgent}`;
  const nameOf = (api: string, given: string): string => {
    const userAgent = given.slice(0, MAX_NAME);
    return clients.has(keyOf(api, userAgent)) || clients.size < MAX_CLIENTS ? userAgent : OTHERS;
  };
  return {
    heard: ({ version: api, userAgent: given, code }) => {
      const userAgent = nameOf(api, given);
      const before = clients.get(keyOf(api, userAgent));
      clients.set(keyOf(api, userAgent), {
        api,
        userAgent,
        calls: (before?.calls ?? 0) + 1,
        failures: (before?.failures ?? 0) + (code === 'OK' ? 0 : 1),
        lastCallAt: nowMs(),
      });
    },
    list: () => [...clients.values()],
  };
};
