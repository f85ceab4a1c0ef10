import { JanusError } from '../core/errors.ts';
import { run } from '../host/process.ts';

/** Where a containers/storage store is. */
export interface StorageRoots {
  readonly graphRoot: string;
  readonly runRoot: string;
}

// Without it each tool leaves a bind mount of the store on itself.
const STORE_OPTION = 'overlay.skip_mount_home=true';
const TOOL = 'containers-storage';
// Both wait for locks that a pull by another tool may hold.
const TIME_OUT_MS = 110_000;

/** The store's name for an image, as skopeo takes it. */
export const storageReference = ({ graphRoot, runRoot }: StorageRoots, name: string): string =>
  `containers-storage:[overlay@${graphRoot}+${runRoot}:${STORE_OPTION}]${name}`;

/** Replaces all names of an image; those of other images move to it. */
export const setNames = async (roots: StorageRoots, id: string, names: readonly string[]): Promise<void> => {
  await storage(roots, ['set-names', ...names.map((name) => `--name=${name}`), id]);
};

/**
 * Deletes an image with its names, and the layers that nothing else needs. Absent: no error.
 * In use by a container that another tool keeps in the store: JanusError "failed-precondition".
 */
export const deleteImage = async (roots: StorageRoots, id: string): Promise<void> => {
  await storage(roots, ['delete-image', id]);
};

const storage = async (roots: StorageRoots, args: readonly string[]): Promise<void> => {
  const options = ['--graph', roots.graphRoot, '--run', roots.runRoot, '--storage-driver', 'overlay'];
  const command = {
    path: TOOL,
    args: [...args.slice(0, 1), ...options, '--storage-opt', STORE_OPTION, ...args.slice(1)],
  };
  const finished = await run(command, { signal: AbortSignal.timeout(TIME_OUT_MS) });
  const output = `${finished.stdout.toString()}${finished.stderr.toString()}`.trim();
  if (finished.exitCode === 0 || /not an image|image not known/.test(output)) return;
  const kind = /in use|used by/.test(output) ? 'failed-precondition' : 'internal';
  throw new JanusError(kind, `${TOOL} ${args[0]}: ${output.slice(0, 2000)}`);
};
