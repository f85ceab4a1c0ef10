// npm run bench -- [--work NAME,...] [--rounds N] [--against NAME,...] [--out DIRECTORY]: see README.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareTools } from './engines/bare-tools.ts';
import { containerd } from './engines/containerd.ts';
import { janusCrun, janusRunc } from './engines/janus.ts';
import { type Options, readOptions, usage } from './options.ts';
import { overTheFloor } from './report/floor.ts';
import { markdown } from './report/markdown.ts';
import { plot } from './report/plot.ts';
import { writeRun } from './report/raw.ts';
import { rowsOf } from './report/rows.ts';
import { type Maker, run, type Standing } from './run.ts';
import type { Work } from './work.ts';
import { works } from './works.ts';

/** Each with the first of four octets of its pods' addresses: room for a thousand. */
const makers: Readonly<Record<string, Maker>> = {
  janus: () => janusRunc(200),
  'janus-crun': () => janusCrun(204),
  containerd: () => containerd(208),
  floor: () => bareTools(212),
};
const known = { makers, works: Object.fromEntries(works.map((work) => [work.name, work])) };

const report = (out: string, { outcomes, contestants, machine }: Standing): void => {
  const rows = rowsOf(outcomes);
  const names = contestants.map(({ name }) => name);
  writeRun(out, { machine, outcomes });
  writeFileSync(join(out, 'table.md'), markdown(rows, names, machine) + overTheFloor(outcomes));
  writeFileSync(join(out, 'plot.svg'), plot(rows, names));
};

/** A run that is cut short takes its engines and pods with it. */
const untilSignalled = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => controller.abort(new Error(`ended by ${signal}`)));
  return controller.signal;
};

const bench = async ({ out, ...options }: Options<Work, Maker>): Promise<void> => {
  await run(options, {
    say: (line) => console.error(line),
    cut: untilSignalled(),
    report: (standing) => report(out, standing),
  });
  console.log(readFileSync(join(out, 'table.md'), 'utf8'));
};

/** 2 when the command line is wrong. */
const asked = (): Options<Work, Maker> | undefined => {
  try {
    return readOptions(process.argv.slice(2), known);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
};

const options = asked();
if (options === undefined) console.log(usage(known));
else await bench(options);
