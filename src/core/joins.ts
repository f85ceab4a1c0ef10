import { JanusError } from './errors.ts';

interface Underway<T> {
  readonly id: string;
  readonly fingerprint: string;
  readonly sinceMs: number;
  readonly outcome: Promise<T>;
}

export interface Work<T> {
  readonly name: string;
  /** The id that the work will give its object. */
  readonly id: string;
  /** Equal for requests that ask for the same thing. */
  readonly fingerprint: string;
  readonly run: () => Promise<T>;
}

/**
 * Work under way by the name of what it makes. The same request again (a client that timed out) joins it; another request for the same name is
 * already-exists with the id and the age of the work. A name is free again as soon as its work has ended: there are no dead reservations.
 */
export interface Joins<T> {
  join(work: Work<T>): Promise<T>;
}

/** `nowMs` never goes back. */
export const createJoins = <T>(nowMs: () => number = () => performance.now()): Joins<T> => {
  const underway = new Map<string, Underway<T>>();
  const begin = ({ name, id, fingerprint, run }: Work<T>): Promise<T> => {
    const outcome = run().finally(() => underway.delete(name));
    underway.set(name, { id, fingerprint, sinceMs: nowMs(), outcome });
    return outcome;
  };
  return {
    join: (work) => {
      const other = underway.get(work.name);
      if (other === undefined) return begin(work);
      if (other.fingerprint === work.fingerprint) return other.outcome;
      const seconds = ((nowMs() - other.sinceMs) / 1000).toFixed(1);
      throw new JanusError(
        'already-exists',
        `${work.name} is being made as ${other.id} since ${seconds} s, from another configuration`,
      );
    },
  };
};
