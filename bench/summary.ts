// npm run bench:summary -- --race DIR[,DIR...] --race DIR[,DIR...] [--curve DIR[,DIR...]] --out DIRECTORY: see README.md beside this file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { growthsOf, growthTables } from './report/growth.ts';
import { growthPlot } from './report/growth-plot.ts';
import { type Race, raceOf } from './report/race.ts';
import { racePlot } from './report/race-plot.ts';
import { floorTable, raceTable } from './report/race-table.ts';
import { readRun } from './report/raw.ts';

const { values } = parseArgs({
  options: {
    race: { type: 'string', multiple: true, default: [] },
    curve: { type: 'string' },
    out: { type: 'string' },
  },
});
const { race: lists, curve, out } = values;
if (lists.length !== 2) throw new Error('--race is needed twice: what one race alone says, another may not');
if (out === undefined) throw new Error('--out is needed: where race.svg and curve.svg go');

/** Says where each run of it was measured. */
const read = (title: string, list: string): Race => {
  const runs = list.split(',').map(readRun);
  for (const { machine, outcomes } of runs) {
    const works = outcomes.map(({ work }) => work.name).join(', ');
    console.log(`- ${title}: ${works}; ${machine.rounds} rounds. ${machine.description}`);
  }
  return raceOf(runs.flatMap(({ outcomes }) => outcomes));
};

mkdirSync(out, { recursive: true });
const races = lists.map((list, index) => read(`race ${index + 1}`, list));
const growths = curve === undefined ? [] : growthsOf(read('curve', curve));

console.log(`\nRatios to containerd (lower is better): the median of the pairs of rounds, least and most behind it.\n`);
console.log(raceTable(races));
console.log('Over the floor (bare tools = 1):\n');
console.log(floorTable(races));
writeFileSync(join(out, 'race.svg'), racePlot(races));
if (growths.length > 0) {
  console.log('How it grows (the median of all rounds):\n');
  console.log(growthTables(growths));
  writeFileSync(join(out, 'curve.svg'), growthPlot(growths));
}
