import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
};

const descendants = async (pid: number): Promise<readonly number[]> => {
  const children = await childrenOf(pid);
  const below = await Promise.all(children.map(descendants));
  return [pid, ...children, ...below.flat()];
};

/** Session of a process: field 6 of /proc/pid/stat (proc(5)). */
const sessionOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3] ?? 0);
};

const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // ESRCH: it has ended.
    }
  }
};

const ROUNDS = 20;
const PAUSE_MS = 5;

/**
 * Kills a process that the runtime started in a container, with all it left there: its descendants, and orphans of its session among `candidates` (the
 * processes of the container's cgroup). The runtime makes it the leader of a session of its own. Stopped first, so that none forks away; bounded.
 */
export const killTree = async (root: number, candidates: () => Promise<readonly number[]>): Promise<void> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const inSession = await Promise.all((await candidates()).map(async (pid) => ((await sessionOf(pid)) === root ? [pid] : [])));
    const alive = [...new Set([...(await descendants(root)), ...inSession.flat()])];
    signalAll(alive, 'SIGSTOP');
    signalAll(alive, 'SIGKILL');
    if (inSession.flat().length === 0 && round > 0) return;
    await delay(PAUSE_MS);
  }
};
