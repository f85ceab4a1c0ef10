import { parseArgs } from 'node:util';

/** What can be asked for, by name. */
export interface Known<Work, Maker> {
  readonly works: Readonly<Record<string, Work>>;
  readonly makers: Readonly<Record<string, Maker>>;
}

export interface Options<Work, Maker> {
  readonly works: readonly Work[];
  readonly makers: readonly Maker[];
  readonly rounds: number;
  /** The directory for what is measured. */
  readonly out: string;
}

const options = {
  work: { type: 'string', default: 'pods,pods-together,exec,standing-20' },
  rounds: { type: 'string', default: '5' },
  against: { type: 'string', default: 'janus,containerd,floor' },
  out: { type: 'string', default: '.cache/bench' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The options with their defaults, and all names. */
export const usage = ({ works, makers }: Known<unknown, unknown>): string =>
  [
    'usage: npm run bench -- [--work NAME,...] [--against NAME,...] [--rounds N] [--out DIRECTORY]',
    `  --work     default ${options.work.default}; of ${Object.keys(works).join(', ')}`,
    `  --against  default ${options.against.default}; of ${Object.keys(makers).join(', ')}`,
    `  --rounds   default ${options.rounds.default}; fewer than 5 give no ratio`,
    `  --out      default ${options.out.default}; where raw.json, table.md and plot.svg go`,
  ].join('\n');

const named = <T>(known: Readonly<Record<string, T>>, list: string, option: string): readonly T[] =>
  list.split(',').map((name) => {
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found === undefined) throw new Error(`${option}: "${name}" is none of ${Object.keys(known).join(', ')}`);
    return found;
  });

/** Undefined: help is asked for. What cannot be meant: an Error that names the option. */
export const readOptions = <Work, Maker>(
  args: readonly string[],
  known: Known<Work, Maker>,
): Options<Work, Maker> | undefined => {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: must be a whole number from 1');
  return {
    works: named(known.works, values.work, '--work'),
    makers: named(known.makers, values.against, '--against'),
    rounds,
    out: values.out,
  };
};
