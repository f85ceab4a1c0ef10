import { CommanderError } from 'commander';
import { messageOf } from '../core/errors.ts';
import { readBuild } from '../daemon/build.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { createProgram } from './program.ts';

/** `argv` as in process.argv. Sets the exit code. */
export const main = async (argv: readonly string[]): Promise<void> => {
  // A reader that has seen enough, as `head`, is no failure.
  process.stdout.on('error', () => process.exit(0));
  try {
    const print = (text: string): void => void process.stdout.write(text);
    process.exitCode = await createProgram(readBuild(), print).run(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
      return;
    }
    process.stderr.write(`janus: ${messageOf(error)}\n`);
    if (!(error instanceof CommandFailure)) process.stderr.write('janus: this is a fault of the command itself\n');
    process.exitCode = EXIT.failure;
  }
};
