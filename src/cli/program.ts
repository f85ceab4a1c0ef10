import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Build } from '../daemon/build.ts';
import { connect, type NodeApi } from './client.ts';
import { bugReportCommand } from './commands/bug-report.ts';
import { checkCommand } from './commands/check.ts';
import { migrateCommand, showCommand, validateCommand } from './commands/config.ts';
import { completionScript, SHELLS, type Shell } from './completion.ts';
import { dataText, FORMATS, type Format } from './output.ts';
import { statusText } from './status.ts';
import { runTop } from './top.ts';

const SOCKET = '/run/janus/janus.sock';
const FILE = '/etc/janus/daemon.json';

interface Program {
  /** The exit code. Throws CommanderError for a wrong command line. */
  run(argv: readonly string[]): Promise<number>;
  readonly command: Command;
}

const output = (): Option =>
  new Option('-o, --output <format>', 'form of the output').choices(FORMATS).default('table');
const socket = (): Option => new Option('--socket <path>', 'socket of the daemon').default(SOCKET).env('JANUS_SOCKET');
const file = (): Option => new Option('--config <file>', 'daemon.json to read').default(FILE);
const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** A number above zero. */
const positive = (value: string): number => {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return number;
};

const asked = async <Answer>(path: string, ask: (api: NodeApi) => Promise<Answer>): Promise<Answer> => {
  const api = connect(path);
  try {
    return await ask(api);
  } finally {
    api.close();
  }
};

/** The commands. They write with `print` and nowhere else. */
export const createProgram = (build: Build, print: (text: string) => void): Program => {
  let exitCode = 0;
  const command = new Command('janus')
    .description('Shows, checks and configures the container engine of this node.')
    .version(build.version, '-V, --version')
    .addHelpText('after', '\nExit codes: 0 all is well, 1 something is wrong, 2 the command line is wrong.')
    .exitOverride();

  command
    .command('status')
    .description('what the daemon serves, to whom, and what it is doing')
    .addOption(socket())
    .addOption(output())
    .action(async (options: { socket: string; output: Format }) => {
      const status = await asked(options.socket, (api) => api.status());
      print(options.output === 'table' ? statusText(status, Date.now()) : dataText(status, options.output));
    });

  command
    .command('top')
    .description('processor, memory and network of each pod, again and again')
    .addOption(socket())
    .option('-n, --iterations <count>', 'stop after so many', positive)
    .option('-d, --delay <seconds>', 'between two readings', positive, 2)
    .action(async (options: { socket: string; iterations?: number; delay: number }) =>
      asked(options.socket, (api) => runTop(api, { ...options, print })),
    );

  command
    .command('check')
    .description('the host and the configuration, before anything runs')
    .addOption(file())
    .addOption(output())
    .option('--registry <host>', 'registry that must be reachable; repeatable', repeatable, [])
    .action(async (options: { config: string; output: Format; registry: readonly string[] }, given: Command) => {
      const fileRequired = given.getOptionValueSource('config') === 'cli';
      const checked = await checkCommand({ ...options, fileRequired, build });
      print(checked.text);
      exitCode = checked.exitCode;
    });

  const config = command.command('config').description('the configuration');
  config
    .command('show', { isDefault: true })
    .description('every key with its value and where that came from')
    .addOption(file())
    .addOption(output())
    .addOption(new Option('--running', 'ask the daemon that runs, whatever the file says now'))
    .addOption(socket())
    .action(async (options: { config: string; output: Format; running?: boolean; socket: string }, given: Command) => {
      const fileRequired = given.getOptionValueSource('config') === 'cli';
      const running = options.running === true ? await asked(options.socket, (api) => api.config()) : undefined;
      print(showCommand({ ...options, fileRequired, build, running }));
    });
  config
    .command('validate')
    .description('says what is wrong with a daemon.json')
    .argument('[file]', 'daemon.json', FILE)
    .action((path: string) => {
      const validated = validateCommand(path, build);
      print(validated.text);
      exitCode = validated.exitCode;
    });
  config
    .command('migrate')
    .description("makes a daemon.json of another engine's configuration, and says what could not be carried over")
    .addArgument(new Argument('<engine>', 'whose it is').choices(['containerd', 'crio', 'docker', 'isulad']))
    .argument('<file>', 'config.toml, crio.conf or daemon.json')
    .action((engine: string, path: string) => {
      const { json, notes } = migrateCommand(engine, path);
      print(json);
      for (const note of notes) process.stderr.write(`janus: not carried over: ${note}\n`);
    });

  command
    .command('bug-report')
    .description('one archive for whoever looks into a fault, without secrets')
    .addOption(file())
    .addOption(socket())
    .option('-f, --file <path>', 'the archive (default: janus-bug-report-<time>.tar.gz here)')
    .option('-n, --lines <count>', 'of the log', positive, 5000)
    .action(async (options: { config: string; socket: string; file?: string; lines: number }, given: Command) => {
      const fileRequired = given.getOptionValueSource('config') === 'cli';
      print(`${await bugReportCommand({ file: undefined, ...options, fileRequired, build })}\n`);
    });

  command
    .command('completion')
    .description('a script for the shell: source <(janus completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => print(completionScript(command, shell)));

  return {
    command,
    run: async (argv) => {
      await command.parseAsync(argv);
      return exitCode;
    },
  };
};
