/** Lets a producer wait until its consumer has room again. */
export interface Room {
  wait(): Promise<void>;
  free(): void;
}

export const createRoom = (): Room => {
  let waiting: (() => void)[] = [];
  return {
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    free: () => {
      const resolves = waiting;
      waiting = [];
      for (const resolve of resolves) resolve();
    },
  };
};
