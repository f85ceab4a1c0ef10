// npm run bench -- [--work NAME,...] [--rounds N] [--against NAME,...] [--out DIRECTORY]: see README.md beside this file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Contestant } from './contestant.ts';
import { bareTools } from './engines/bare-tools.ts';
import { containerd } from './engines/containerd.ts';
import { janus } from './engines/janus.ts';
import { watchMachine } from './machine.ts';
import { markdown } from './report/markdown.ts';
import { plot } from './report/plot.ts';
import { rowsOf } from './report/rows.ts';
import { measure, type Outcome } from './rounds.ts';
import type { Work } from './work.ts';
import { execSync } from './works/exec.ts';
import { podsOneByOne, podsTogether } from './works/pods.ts';
import { standing } from './works/standing.ts';

const works: readonly Work[] = [podsOneByOne, podsTogether, execSync, standing(20), standing(100)];

const makers: Readonly<Record<string, () => Contestant | Promise<Contestant>>> = {
  janus: () => janus('runc', 90),
  'janus-crun': () => janus('crun', 91),
  containerd: () => containerd(92),
  floor: () => bareTools(93),
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
try {
  for (const make of named(makers, values.against, 'contestant')) contestants.push(await make());
  const machine = watchMachine(contestants, rounds);
  for (const work of chosen) outcomes.push(await measure(work, contestants, { rounds, say }));
  const rows = rowsOf(outcomes);
  const names = contestants.map(({ name }) => name);
  const table = markdown(rows, names, machine());
  mkdirSync(values.out, { recursive: true });
  const raw = outcomes.map(({ work, measured }) => ({ work: work.name, figures: work.figures, measured }));
  writeFileSync(join(values.out, 'raw.json'), `${JSON.stringify({ machine: machine(), raw }, null, 1)}\n`);
  writeFileSync(join(values.out, 'table.md'), table);
  writeFileSync(join(values.out, 'plot.svg'), plot(rows, names));
  console.log(table);
} finally {
  for (const contestant of contestants.reverse()) await contestant.close();
}
