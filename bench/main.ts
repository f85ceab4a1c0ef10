// npm run bench -- [--work NAME,...] [--rounds N] [--against NAME,...] [--out DIRECTORY]: see README.md beside this file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closeAll } from './close-all.ts';
import type { Contestant } from './contestant.ts';
import { bareTools } from './engines/bare-tools.ts';
import { containerd } from './engines/containerd.ts';
import { janusCrun, janusRunc } from './engines/janus.ts';
import { type Machine, watchMachine } from './machine.ts';
import { overTheFloor } from './report/floor.ts';
import { markdown } from './report/markdown.ts';
import { plot } from './report/plot.ts';
import { writeRun } from './report/raw.ts';
import { rowsOf } from './report/rows.ts';
import { measure, type Outcome } from './rounds.ts';
import { works } from './works.ts';

/** Each with the first of four octets of its pods' addresses: room for a thousand. */
const makers: Readonly<Record<string, () => Contestant | Promise<Contestant>>> = {
  janus: () => janusRunc(200),
  'janus-crun': () => janusCrun(204),
  containerd: () => containerd(208),
  floor: () => bareTools(212),
};

const named = <T>(known: Readonly<Record<string, T>>, list: string, what: string): readonly T[] =>
  list.split(',').map((name) => {
    const found = known[name];
    if (found === undefined) throw new Error(`${what} ${name} is not known: ${Object.keys(known).join(', ')}`);
    return found;
  });

const { values } = parseArgs({
  options: {
    work: { type: 'string', default: 'pods,pods-together,exec,standing-20' },
    rounds: { type: 'string', default: '5' },
    against: { type: 'string', default: 'janus,containerd,floor' },
    out: { type: 'string', default: '.cache/bench' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1');
const chosen = named(Object.fromEntries(works.map((work) => [work.name, work])), values.work, 'work');

const contestants: Contestant[] = [];
const outcomes: Outcome[] = [];
const say = (text: string): void => console.error(text);

const report = (machine: Machine): void => {
  const rows = rowsOf(outcomes);
  const names = contestants.map(({ name }) => name);
  writeRun(values.out, { machine, outcomes });
  writeFileSync(join(values.out, 'table.md'), markdown(rows, names, machine) + overTheFloor(outcomes));
  writeFileSync(join(values.out, 'plot.svg'), plot(rows, names));
};

/** A run that is cut short takes its engines and pods with it. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});

try {
  for (const make of named(makers, values.against, 'contestant')) contestants.push(await make());
  const machine = watchMachine(contestants, rounds);
  // After each work: a failure in a later one loses nothing.
  for (const work of chosen) {
    outcomes.push(await Promise.race([measure(work, contestants, { rounds, say }), interrupted]));
    report(machine());
  }
  console.log(readFileSync(join(values.out, 'table.md'), 'utf8'));
} finally {
  await closeAll(contestants);
}
