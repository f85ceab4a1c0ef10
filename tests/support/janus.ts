import { join } from 'node:path';
import type { Bed } from './bed.ts';
import { command, type Result } from './command.ts';
import { dist } from './paths.ts';

const MAIN = `import { main } from ${JSON.stringify(join(dist, 'cli/main.js'))}; await main(process.argv)`;

/** The command `janus` of the build under test, as a shell would start it. */
export const janusLine = (...args: readonly string[]): readonly [string, ...string[]] => [
  process.execPath,
  '--input-type=module',
  '-e',
  MAIN,
  'janus',
  ...args,
];

/** Runs `janus` to its end. */
export const janus = (...args: readonly string[]): Result => {
  const [path, ...rest] = janusLine(...args);
  return command(path, rest);
};

/** As `janus`, with the socket of a bed; what it says as data. It must succeed. */
export const janusJson = <Answer>(bed: Bed, ...args: readonly string[]): Answer => {
  const { status, stdout, stderr } = janus(...args, '--socket', bed.socket, '--output', 'json');
  if (status !== 0) throw new Error(`janus ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as Answer;
};
