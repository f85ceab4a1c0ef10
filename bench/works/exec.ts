import type { Contestant, EngineAccess, Pods } from '../contestant.ts';
import { orUndo } from '../engines/or-undo.ts';
import { inTurn, timed } from '../timed.ts';
import { type Prepared, percentiles, type Samples, type Work } from '../work.ts';

/** Timed in each round, one after the other. */
export const COUNT = 40;
const AT_ONCE = 20;
/** What each of those at a time does, one after the other. */
const IN_TURN = 3;
const together = `ExecSync, ${AT_ONCE} at a time`;

export type Exec = () => Promise<void>;

/** ExecSync of `true` in a running container. */
export const execSync =
  ({ cri: { runtime } }: EngineAccess, containerId: string): Exec =>
  async () => {
    const { exitCode } = await runtime.execSync({ containerId, cmd: ['/bin/true'], timeout: 30n });
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
  };

/** Several in their turn, as one of many clients; nothing is timed within. */
const repeated = async (exec: Exec): Promise<void> => {
  for (let i = 0; i < IN_TURN; i += 1) await exec();
};

/** A command in a pod of its own, run a few times before anything is timed. What fails leaves no pod. */
export const warmExec = async (
  pods: Pods,
  execIn: (containerId: string) => Exec,
): Promise<Pick<Prepared, 'close'> & { readonly exec: Exec }> => {
  const pod = await pods.up();
  const close = (): Promise<void> => pods.down(pod);
  const exec = execIn(pod.containerId);
  await orUndo(close, () => inTurn(exec, 5));
  return { exec, close };
};

/** The same command by an engine, or by the bare runtime. */
const runTrue = ({ engine, tools }: Contestant, containerId: string): Exec =>
  engine === undefined ? () => tools.exec(containerId) : execSync(engine, containerId);

/** `true` in a running container, one by one, and several at a time. */
export const execs: Work = {
  name: 'exec',
  figures: [...percentiles('ExecSync'), { name: together, unit: 'ms', of: 'p50' }],
  prepare: async (contestant) => {
    const { exec, close } = await warmExec(contestant.pods, (containerId) => runTrue(contestant, containerId));
    return {
      round: async (): Promise<Samples> => {
        const samples = await inTurn(exec, COUNT);
        const [all] = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, () => repeated(exec))));
        return { ExecSync: samples, [together]: [all / (AT_ONCE * IN_TURN)] };
      },
      close,
    };
  },
};
