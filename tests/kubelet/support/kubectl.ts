import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ApiFront } from './api-front.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** One kubectl, whose cache is in `home`. */
export interface Kubectl {
  /** Runs it to its end; `input` is all that it reads. */
  run(args: readonly string[], input?: Buffer | string): Promise<Ended>;
  start(args: readonly string[]): ChildProcessWithoutNullStreams;
  /** As one types it into a terminal of that size, and what is then seen there. */
  inTerminal(size: { readonly rows: number; readonly columns: number }, args: readonly string[]): Promise<Ended>;
}

const collect = async (child: ChildProcessWithoutNullStreams): Promise<Ended> => {
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: Buffer.concat(stdout), stderr };
};

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export const makeKubectl = (program: string, { url }: ApiFront, home: string): Kubectl => {
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: '/dev/null' };
  const flags = [`--server=${url}`];
  const start: Kubectl['start'] = (args) => spawn(program, [...flags, ...args], { env });
  return {
    start,
    run: (args, input = '') => {
      const child = start(args);
      // It may end before it has read everything.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      return collect(child);
    },
    inTerminal: ({ rows, columns }, args) => {
      const line = [program, ...flags, ...args].map(quote).join(' ');
      const typed = `stty rows ${rows} columns ${columns}; exec ${line}`;
      return collect(spawn('script', ['--quiet', '--return', '--command', typed, '/dev/null'], { env }));
    },
  };
};
