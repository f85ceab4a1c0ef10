import { readdir, readFile } from 'node:fs/promises';

const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
};

const withDescendants = async (pid: number): Promise<readonly number[]> => {
  const below = await Promise.all((await childrenOf(pid)).map(withDescendants));
  return [pid, ...below.flat()];
};

/** Session of a process, ended or not: field 6 of /proc/pid/stat (proc(5)). 0: there is no such process. */
export const sessionOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3] ?? 0);
};

const signalAll = (pids: Iterable<number>, signal: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ESRCH: it has ended.
    }
  }
};

export interface Tree {
  readonly root: number;
  /** Whether the root itself has not been reaped, so that its pid still is its own. */
  readonly rooted: boolean;
  /** The session that its runtime gave it, if that is known: its leader may have been a process of the runtime. */
  readonly session?: number;
  /** Where orphans of the tree are looked for: the processes of the container's cgroup. */
  readonly candidates: () => Promise<readonly number[]>;
}

/** A process that stops being forked from while it is looked at ends this early; a bound all the same. */
const ROUNDS = 50;

/**
 * Kills a process with all that came of it: its descendants, and orphans that share a session with one of them. All of them are stopped before the
 * first is killed, so that none forks away or is inherited by somebody else meanwhile.
 */
export const killTree = async ({ root, rooted, session, candidates }: Tree): Promise<void> => {
  const stopped = new Set<number>();
  const sessions = new Set(session === undefined ? [] : [session]);
  // Before it has one of its own, a process of the runtime is in ours.
  const ours = await sessionOf(process.pid);
  for (let round = 0; round < ROUNDS; round += 1) {
    const below = rooted ? await withDescendants(root) : [];
    const orphans = await within(sessions, await candidates());
    const found = [...new Set([...below, ...orphans])].filter((pid) => !stopped.has(pid));
    if (found.length === 0) break;
    signalAll(found, 'SIGSTOP');
    for (const pid of found) stopped.add(pid);
    for (const each of await Promise.all(found.map(sessionOf))) if (each !== 0 && each !== ours) sessions.add(each);
  }
  signalAll(stopped, 'SIGKILL');
};

const within = async (sessions: ReadonlySet<number>, pids: readonly number[]): Promise<readonly number[]> => {
  const known = await Promise.all(pids.map(async (pid) => ({ pid, session: await sessionOf(pid) })));
  return known.filter(({ session }) => sessions.has(session)).map(({ pid }) => pid);
};
