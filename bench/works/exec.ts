import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type EngineAccess, STALLED_MS } from '../contestant.ts';
import { inTurn, timed } from '../timed.ts';
import type { Figure, Samples, Work } from '../work.ts';

const COUNT = 40;
const AT_ONCE = 20;
/** What each of those at a time does, one after the other. */
const IN_TURN = 3;
const together = `ExecSync, ${AT_ONCE} at a time`;

type Exec = () => Promise<void>;

/** ExecSync of `true` in a running container. */
export const execSync =
  ({ cri: { runtime } }: EngineAccess, containerId: string): Exec =>
  async () => {
    const { exitCode } = await runtime.execSync({ containerId, cmd: ['/bin/true'], timeout: 30n });
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
  };

/** Exec as a client of the API server does it: the URL, a WebSocket to it, and the status that ends the session. */
const execSession =
  ({ cri: { runtime } }: EngineAccess, containerId: string): Exec =>
  async () => {
    const { url } = await runtime.exec({ containerId, cmd: ['/bin/true'], stdout: true, stderr: true });
    const socket = new WebSocket(url.replace('http', 'ws'), 'v4.channel.k8s.io');
    let status = '';
    // The first byte of a message is its channel: 3 is the status.
    socket.on('message', (data: Buffer) => (status += data[0] === 3 ? data.subarray(1).toString() : ''));
    await once(socket, 'close', { signal: AbortSignal.timeout(STALLED_MS) });
    if (!status.includes('Success')) throw new Error(`true ended with ${status}`);
  };

/** Several in their turn, as one of many clients; nothing is timed within. */
const repeated = async (exec: Exec): Promise<void> => {
  for (let i = 0; i < IN_TURN; i += 1) await exec();
};

const figures: readonly Figure[] = ['ExecSync', 'Exec'].flatMap((name): readonly Figure[] => [
  { name: `${name} p50`, unit: 'ms', of: 'p50', samples: name },
  { name: `${name} p99`, unit: 'ms', of: 'p99', samples: name },
]);

/** ExecSync of `true` in a running container, and the same by a streaming session. */
export const execs: Work = {
  name: 'exec',
  figures: [...figures, { name: together, unit: 'ms', of: 'p50' }],
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const pod = await pods.up();
    const [sync, session] = [execSync(engine, pod.containerId), execSession(engine, pod.containerId)];
    await inTurn(sync, 5);
    await inTurn(session, 5);
    return {
      round: async (): Promise<Samples> => {
        const [syncs, sessions] = [await inTurn(sync, COUNT), await inTurn(session, COUNT)];
        const [all] = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, () => repeated(sync))));
        return { ExecSync: syncs, Exec: sessions, [together]: [all / (AT_ONCE * IN_TURN)] };
      },
      close: () => pods.down(pod),
    };
  },
};
