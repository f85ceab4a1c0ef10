import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { AnyClient } from '../contract/support/world.ts';
import type { Random } from './random.ts';

/** What happened in a storm. */
export interface Tally {
  kills: number;
  killsBeforeServing: number;
  calls: number;
  answered: number;
  repeated: number;
  pods: number;
  containers: number;
  exitCodes: number;
  pulls: number;
  readonly violations: string[];
}

export interface Asker {
  /** Asks over one version or the other, and again for as long as there is no daemon that answers: as a kubelet does. */
  ask<T>(call: (client: AnyClient) => Promise<T>): Promise<T>;
  /** The same over both versions. */
  both<T>(call: (client: AnyClient) => Promise<T>): Promise<readonly T[]>;
  close(): void;
}

const AGAIN_MS = 200;
/** Daemons come back within seconds, also from killings in a row. */
const PATIENCE_MS = 600_000;

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

interface AskerOptions {
  /** New clients, one of each version: a connection that was refused is not tried again for a while. */
  readonly connect: () => readonly [AnyClient, AnyClient];
  readonly random: Random;
  readonly tally: Tally;
}

export const createAsker = ({ connect, random, tally }: AskerOptions): Asker => {
  let clients = connect();
  const reconnect = (failed: readonly AnyClient[]): void => {
    if (clients !== failed) return;
    for (const client of clients) client.close();
    clients = connect();
  };
  const persist = async <T>(version: 0 | 1, call: (client: AnyClient) => Promise<T>): Promise<T> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const used = clients;
      tally.calls += 1;
      try {
        const answer = await call(used[version]);
        tally.answered += 1;
        return answer;
      } catch (error) {
        if (codeOf(error) !== status.UNAVAILABLE || Date.now() > deadline) throw error;
        tally.repeated += 1;
        await delay(AGAIN_MS);
        reconnect(used);
      }
    }
  };
  return {
    ask: (call) => persist(random.chance(0.5) ? 0 : 1, call),
    both: (call) => Promise.all([persist(0, call), persist(1, call)]),
    close: () => {
      for (const client of clients) client.close();
    },
  };
};
