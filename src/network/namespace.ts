import { statfs } from 'node:fs/promises';

/** NSFS_MAGIC of linux/magic.h. */
const NSFS = 0x6e736673;

/** The path, if a namespace is mounted there; otherwise empty, which tells plugins that it is gone. */
export const mountedNamespace = async (path: string): Promise<string> => {
  try {
    return (await statfs(path)).type === NSFS ? path : '';
  } catch {
    return '';
  }
};
