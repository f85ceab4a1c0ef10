import { JanusError } from '../../core/errors.ts';

/** The clients attached to each container: each holds a socket and a buffer, here and in conmon. */
export interface Seats {
  /** `using seat = seats.take(id)`. Throws `resource-exhausted` when all of the container's are taken. */
  take(id: string): Disposable;
}

export const createSeats = (perContainer: number): Seats => {
  const taken = new Map<string, number>();
  return {
    take: (id) => {
      const count = taken.get(id) ?? 0;
      if (count >= perContainer)
        throw new JanusError('resource-exhausted', `${count} clients are attached to container ${id} already`);
      taken.set(id, count + 1);
      return {
        [Symbol.dispose]: () => {
          const left = (taken.get(id) ?? 1) - 1;
          if (left > 0) taken.set(id, left);
          else taken.delete(id);
        },
      };
    },
  };
};
