import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type EngineAccess, STALLED_MS } from '../contestant.ts';
import { inTurn } from '../timed.ts';
import { percentiles, type Samples, type Work } from '../work.ts';
import { COUNT, type Exec, warmExec } from './exec.ts';

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

/** `true` in a running container by a streaming session. */
export const execSessions: Work = {
  name: 'exec-session',
  figures: percentiles('Exec'),
  prepare: async ({ engine, pods }) => {
    if (engine === undefined) return undefined;
    const { exec, close } = await warmExec(pods, (containerId) => execSession(engine, containerId));
    return { round: async (): Promise<Samples> => ({ Exec: await inTurn(exec, COUNT) }), close };
  },
};
