import type { PodHandle, Pods } from './contestant.ts';

const AT_ONCE = 10;

/** Brings up many pods, some at a time. */
export const raise = async (pods: Pods, count: number): Promise<readonly PodHandle[]> => {
  const made: PodHandle[] = [];
  while (made.length < count) {
    const batch = Math.min(AT_ONCE, count - made.length);
    made.push(...(await Promise.all(Array.from({ length: batch }, () => pods.up()))));
  }
  return made;
};

export const lower = async (pods: Pods, made: readonly PodHandle[]): Promise<void> => {
  for (let i = 0; i < made.length; i += AT_ONCE)
    await Promise.all(made.slice(i, i + AT_ONCE).map((pod) => pods.down(pod)));
};
