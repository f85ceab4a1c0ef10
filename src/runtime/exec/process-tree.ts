import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readStat } from '../../host/process-identity.ts';

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

/** Fields 3 and on of the text of /proc/pid/stat (proc(5)); none: there is no such process. */
const fieldsIn = (stat: string): readonly string[] =>
  stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');

const statOf = async (pid: number): Promise<readonly string[]> =>
  fieldsIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
const STATE = 0;
const SESSION = 3;
const THREADS = 17;

const sessionIn = (fields: readonly string[]): number => Number(fields[SESSION] ?? 0);

/** Session of a process, ended or not. 0: there is no such process. Of many at once. */
const sessionOf = async (pid: number): Promise<number> => sessionIn(await statOf(pid));

/** The same of one, read in place, since each exec waits for it: with the way through Node's threads, ExecSync took a millisecond more. */
export const sessionNow = (pid: number): number => sessionIn(fieldsIn(readStat(pid) ?? ''));

/** With all its threads; it may wait to be reaped. */
const hasEnded = async (pid: number): Promise<boolean> => {
  const stat = await statOf(pid);
  return stat.length === 0 || ((stat[STATE] === 'Z' || stat[STATE] === 'X') && Number(stat[THREADS]) <= 1);
};

/** One that waits for a device, say, ends later than this. */
const END_LOOKS = 250;
const LOOK_MS = 2;

const untilEnded = async (pids: ReadonlySet<number>): Promise<void> => {
  for (let look = 0; look < END_LOOKS; look += 1) {
    const ended = await Promise.all([...pids].map(hasEnded));
    if (ended.every(Boolean)) return;
    await delay(LOOK_MS);
  }
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

/** Stops what there is of the tree until nothing new is found, and adds the sessions that it meets. */
const stopTree = async ({ root, rooted, candidates }: Tree, sessions: Set<number>): Promise<ReadonlySet<number>> => {
  const stopped = new Set<number>();
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
  return stopped;
};

/** A child that came late is one generation, and seldom; one that cannot be killed at all does not hold its killer for long. */
const KILLS = 5;

/**
 * Kills a process with all that came of it: its descendants, and orphans that share a session with one of them. All of them are stopped before the
 * first is killed, so that none forks away or is inherited by somebody else meanwhile. A fork that is under way when its process is stopped goes on,
 * and its child may come after the last look (3 of 800 trees on a slow machine); so what a session still has is looked for again
 * once those that were killed have ended.
 */
export const killTree = async (tree: Tree): Promise<void> => {
  const sessions = new Set(tree.session === undefined ? [] : [tree.session]);
  for (let round = 0; round < KILLS; round += 1) {
    // After the first the root has gone, and its pid may be another's.
    const stopped = await stopTree({ ...tree, rooted: tree.rooted && round === 0 }, sessions);
    if (stopped.size === 0) return;
    signalAll(stopped, 'SIGKILL');
    await untilEnded(stopped);
  }
};

const within = async (sessions: ReadonlySet<number>, pids: readonly number[]): Promise<readonly number[]> => {
  const known = await Promise.all(pids.map(async (pid) => ({ pid, session: await sessionOf(pid) })));
  return known.filter(({ session }) => sessions.has(session)).map(({ pid }) => pid);
};
