import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { checkHost } from '../config/check-host.ts';
import { type CommandLine, parseCommandLine } from '../config/command-line.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problems.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import { createLogger } from '../logging/winston.ts';
import { type Build, readBuild } from './build.ts';
import { type Daemon, startDaemon } from './daemon.ts';

/** The command line or the configuration is wrong. */
const EXIT_USAGE = 2;
/** The daemon could not be started, or not be stopped. */
const EXIT_FAILURE = 1;

const complain = (lines: readonly string[]): void => {
  for (const line of lines) process.stderr.write(`janusd: ${line}\n`);
};

/** Runs until a signal ends it. `argv` as in process.argv. */
export const main = async (argv: readonly string[]): Promise<void> => {
  try {
    const build = readBuild();
    const loaded = load(parseCommandLine(argv, build.version), build);
    await serve(loaded);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError))
      complain(error instanceof ConfigError ? error.problems : [messageOf(error)]);
  }
};

const exitCodeOf = (error: unknown): number => {
  // commander has printed what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  return error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILURE;
};

const load = (commandLine: CommandLine, build: Build): LoadedConfig => loadConfig({ ...commandLine, build });

const serve = async (loaded: LoadedConfig): Promise<void> => {
  const { config, warnings } = loaded;
  const problems = await checkHost(config);
  if (problems.length > 0) throw new Error(problems.join('; '));
  const logger = createLogger(config.log);
  for (const warning of warnings) logger.warn(warning);
  if (config.log.driver === 'file') complain(warnings.map((warning) => `warning: ${warning}`));
  process.on('uncaughtExceptionMonitor', (error) => logger.error('the daemon fails', { error }));
  await startAndStop(loaded, logger);
};

const startAndStop = async (loaded: LoadedConfig, logger: Logger): Promise<void> => {
  const starting = startDaemon(loaded, logger);
  onSignal(logger, () => stop(starting, logger));
  try {
    await starting;
  } catch (error) {
    logger.error('the daemon cannot start', { error });
    complain([messageOf(error)]);
    process.exit(EXIT_FAILURE);
  }
};

const stop = async (starting: Promise<Daemon>, logger: Logger): Promise<void> => {
  const daemon = await starting;
  try {
    await daemon.close();
  } catch (error) {
    logger.error('the daemon cannot be stopped in order', { error });
    process.exit(EXIT_FAILURE);
  }
  logger.info('stopped');
  process.exit(0);
};

/** The first signal stops in order, the second at once. */
const onSignal = (logger: Logger, end: () => Promise<void>): void => {
  let ending = false;
  const handle = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (ending) process.exit(128 + constants.signals[signal]);
    ending = true;
    logger.info('stopping', { signal });
    // A start that fails meanwhile ends the process by itself.
    end().catch(() => undefined);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
};
