import { existsSync, readFileSync } from 'node:fs';
import { until } from './wait.ts';

/** Waits until a container's log has this text. */
export const logged = (path: string, what: string): Promise<boolean> =>
  until(`${path} has ${what}`, () => existsSync(path) && readFileSync(path, 'utf8').includes(what));
