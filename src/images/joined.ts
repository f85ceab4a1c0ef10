/** Runs work that several callers may wait for. */
export type Joined<T> = (
  key: string,
  work: (options: { signal: AbortSignal }) => Promise<T>,
  options: { signal: AbortSignal },
) => Promise<T>;

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Callers with the same key share one run of the work. A caller that aborts leaves with its signal's reason, and the work
 * goes on while anyone waits; when the last one leaves the work's signal aborts, and the next caller begins anew.
 */
export const createJoined = <T>(): Joined<T> => {
  const flights = new Map<string, Flight<T>>();
  return async (key, work, { signal }) => {
    signal.throwIfAborted();
    const flight = flights.get(key) ?? takeOff(flights, key, work);
    flight.waiting += 1;
    try {
      return await unlessAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        if (flights.get(key) === flight) flights.delete(key);
        flight.controller.abort(signal.reason);
      }
    }
  };
};

const takeOff = <T>(
  flights: Map<string, Flight<T>>,
  key: string,
  work: (options: { signal: AbortSignal }) => Promise<T>,
): Flight<T> => {
  const controller = new AbortController();
  const flight = { controller, waiting: 0, result: work({ signal: controller.signal }) };
  flights.set(key, flight);
  const land = (): void => {
    if (flights.get(key) === flight) flights.delete(key);
  };
  flight.result.then(land, land);
  return flight;
};

const unlessAborted = <T>(result: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
