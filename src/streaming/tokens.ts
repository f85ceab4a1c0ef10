import { randomBytes } from 'node:crypto';
import { JanusError } from '../core/errors.ts';

export interface TokenOptions {
  /** Tokens that may wait to be redeemed. */
  readonly capacity: number;
  /** In ms. */
  readonly lifetime: number;
  /** A clock that never goes back, in ms. */
  readonly now?: () => number;
}

/** Hands out what stands for a request until the client comes for it: once, and for a limited time. */
export interface Tokens<T> {
  /** Throws `resource-exhausted` when too many are waiting. */
  issue(request: T): string;
  /** Undefined for a token that was never issued, is used up or too old. */
  redeem(token: string): T | undefined;
  clear(): void;
}

/** 192 bits: not to be guessed, so that a plain lookup tells a prober nothing worth knowing. */
const TOKEN_BYTES = 24;

export const createTokens = <T>({ capacity, lifetime, now = () => performance.now() }: TokenOptions): Tokens<T> => {
  // In order of issue, which is the order of expiry.
  const waiting = new Map<string, { readonly request: T; readonly expires: number }>();
  const dropExpired = (): void => {
    for (const [token, { expires }] of waiting) {
      if (expires > now()) return;
      waiting.delete(token);
    }
  };
  return {
    issue: (request) => {
      dropExpired();
      if (waiting.size >= capacity)
        throw new JanusError('resource-exhausted', 'too many streaming requests are waiting');
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      waiting.set(token, { request, expires: now() + lifetime });
      return token;
    },
    redeem: (token) => {
      dropExpired();
      const entry = waiting.get(token);
      waiting.delete(token);
      return entry?.request;
    },
    clear: () => waiting.clear(),
  };
};
