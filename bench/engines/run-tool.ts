import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Seconds after which a program of the floor is killed, so that one bad pod does not hold a race for ever. */
export const TOOL_SECONDS = 30;

/** Runs a program to its end, with no shell between, and gives what it wrote; rejects with that on a code other than 0, also when its time is over. */
export const runTool = async (
  path: string,
  args: readonly string[],
  { env = {}, input = '' } = {},
): Promise<string> => {
  const child = spawn(path, args, {
    env: { ...process.env, ...env },
    timeout: TOOL_SECONDS * 1000,
    stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin?.end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${path} ${args.join(' ')} ended with ${code ?? signal}: ${said}`);
  return said;
};
