/** A fenced block of a guide that is run, and what the page says that it prints. */
export interface Step {
  /** Of the page, from 1. */
  readonly line: number;
  readonly commands: string;
  /** Lines in their order, others may stand between them; `…` is anything. */
  readonly prints: readonly string[];
}

interface Block {
  readonly line: number;
  readonly info: string;
  readonly text: string;
}

const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;

const blocks = (page: string): readonly Block[] =>
  [...page.matchAll(FENCE)].map(({ 1: info = '', 2: text = '', index }) => ({
    line: page.slice(0, index).split('\n').length,
    info: info.trim(),
    text,
  }));

/** Blocks of `sh` are run, those of `sh elsewhere` are not; a block of `text` after one is what it prints. */
export const stepsOf = (page: string): readonly Step[] => {
  const all = blocks(page);
  return all.flatMap(({ info, line, text }, at) => {
    const next = all[at + 1];
    const prints = next?.info === 'text' ? next.text.split('\n').filter((each) => each.trim() !== '') : [];
    return info === 'sh' ? [{ line, commands: text, prints }] : [];
  });
};

/** Blocks that no test runs, without a word of it in the three lines above them. */
export const unmarked = (page: string): readonly number[] => {
  const lines = page.split('\n');
  return blocks(page)
    .filter(({ info }) => info === 'sh elsewhere')
    .filter(({ line }) => !/not run here|elsewhere/i.test(lines.slice(Math.max(0, line - 4), line - 1).join('\n')))
    .map(({ line }) => line);
};

const MARK = '@@guide';

/** One script of all steps: variables of one are there in the next. */
export const scriptOf = (steps: readonly Step[]): string =>
  `set -euo pipefail\n${steps.map(({ commands }, at) => `printf '\\n${MARK} ${at}\\n'\n${commands}`).join('\n')}printf '\\n${MARK} end\\n'\n`;

/** What each step printed, from the output of the script; undefined for one that was not come to. */
export const outputs = (output: string, count: number): readonly (string | undefined)[] =>
  Array.from(
    { length: count },
    (_, at) => new RegExp(`^${MARK} ${at}\\n([\\s\\S]*?)(?=^${MARK} |$(?![\\s\\S]))`, 'm').exec(output)?.[1],
  );

export const isWhole = (output: string): boolean => output.includes(`${MARK} end`);

const asPattern = (line: string): RegExp =>
  new RegExp(
    `^${line
      .trim()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'))
      .join('.*')}$`,
  );

/** Lines that the page promises and that were not printed after the ones before them. */
export const missing = ({ prints }: Step, output: string): readonly string[] => {
  const printed = output.split('\n').map((line) => line.trim());
  let from = 0;
  return prints.filter((line) => {
    const at = printed.findIndex((each, index) => index >= from && asPattern(line).test(each));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
};
