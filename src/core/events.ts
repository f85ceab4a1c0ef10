import type { PodEvent } from './engine.ts';

/** Events that a subscriber has not taken yet; one that falls behind further is cut, without harm to the others. */
const MAX_PENDING = 10_000;

/** Where verbs and exits tell what happened, and subscribers hear of it in order. */
export interface Events {
  publish(event: PodEvent): void;
  /** From now on, until the signal aborts or the subscriber has fallen too far behind. */
  subscribe(signal: AbortSignal): AsyncIterable<PodEvent>;
  readonly subscribers: number;
}

interface Subscriber {
  push(event: PodEvent): void;
}

export const createEvents = (): Events => {
  const subscribers = new Set<Subscriber>();

  const subscribe = (signal: AbortSignal): AsyncIterable<PodEvent> => {
    const pending: PodEvent[] = [];
    let wake: () => void = () => undefined;
    let open = !signal.aborted;
    const close = (): void => {
      open = false;
      subscribers.delete(subscriber);
      wake();
    };
    // Some events are lost for it anyway: the rest would only be kept for nobody.
    const cut = (): void => {
      pending.length = 0;
      close();
    };
    const subscriber: Subscriber = {
      push: (event) => {
        if (pending.push(event) > MAX_PENDING) cut();
        else wake();
      },
    };
    if (open) subscribers.add(subscriber);
    signal.addEventListener('abort', close, { once: true });
    return {
      async *[Symbol.asyncIterator]() {
        try {
          while (open || pending.length > 0) {
            const next = pending.shift();
            if (next !== undefined) yield next;
            else await new Promise<void>((resolve) => (wake = resolve));
          }
        } finally {
          close();
        }
      },
    };
  };

  return {
    publish: (event) => {
      for (const subscriber of subscribers) subscriber.push(event);
    },
    subscribe,
    get subscribers() {
      return subscribers.size;
    },
  };
};
