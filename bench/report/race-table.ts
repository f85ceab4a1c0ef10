import { median, noise } from '../figures.ts';
import { CRUN, FLOOR, JANUS, PEER } from '../names.ts';
import { type Pair, type Race, ratioIn, valuesIn } from './race.ts';
import { reached } from './reached.ts';
import { number, table } from './table.ts';
import { floorTargetOf, TARGETS, type Target, targetOf } from './targets.ts';

/** Of all races, and of the targets that none has measured: what is missing is seen. */
const figureNames = (races: readonly Race[]): readonly string[] => [
  ...new Set([...races.flatMap((race) => [...race.keys()]), ...TARGETS.map(({ figure }) => figure)]),
];

const ratioCell = (race: Race, figure: string, pair: Pair): string => {
  const ratio = ratioIn(race, figure, pair);
  if (typeof ratio !== 'object') return ratio ?? '';
  return `**${ratio.median.toFixed(2)}** (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`;
};

const valueCell = (race: Race, figure: string, contestant: string): string => {
  const values = valuesIn(race, figure, contestant);
  if (values.length === 0) return '';
  const unit = race.get(figure)?.figure.unit ?? '';
  return `${number(median(values))} ${unit} ±${(noise(values) * 100).toFixed(0)} %`;
};

/** A figure that is held against its target by itself stands as it is. */
const janusCell = (race: Race, figure: string, target: Target | undefined): string =>
  target?.of === 'ms' ? valueCell(race, figure, JANUS) : ratioCell(race, figure, { of: JANUS, to: PEER });

const toReach = (target: Target | undefined): string =>
  target === undefined ? '' : `${target.most.toFixed(2)}${target.of === 'ms' ? ' ms' : ''}`;

const verdict = (target: Target | undefined, races: readonly Race[]): string =>
  target === undefined ? '' : reached(target, races);

const columns = (name: string, races: readonly Race[]): readonly string[] =>
  races.map((_, index) => `${name}, race ${index + 1}`);

/** The ratios to containerd in each race, what was to reach, and the medians of the last race. */
export const raceTable = (races: readonly Race[]): string => {
  const last = races.slice(-1);
  const head = [
    ...['work', 'to reach', ...columns(JANUS, races), 'reached?'],
    ...[CRUN, FLOOR].flatMap((name) => columns(name, races)),
    ...[JANUS, PEER].map((name) => `${name}, as measured`),
  ];
  const body = figureNames(races).map((figure) => {
    const target = targetOf(figure);
    const against = (of: string): readonly string[] => races.map((race) => ratioCell(race, figure, { of, to: PEER }));
    return [
      ...[figure, toReach(target), ...races.map((race) => janusCell(race, figure, target)), verdict(target, races)],
      ...[...against(CRUN), ...against(FLOOR)],
      ...[JANUS, PEER].flatMap((name) => last.map((race) => valueCell(race, figure, name))),
    ];
  });
  return table(head, body);
};

/** The same for what the bare tools do too, over them. */
export const floorTable = (races: readonly Race[]): string => {
  const done = figureNames(races).filter((figure) => races.some((race) => valuesIn(race, figure, FLOOR).length > 0));
  const head = ['work', 'to reach', ...columns(JANUS, races), 'reached?', ...columns(CRUN, races)];
  const body = done.map((figure) => {
    const target = floorTargetOf(figure);
    const over = (of: string): readonly string[] => races.map((race) => ratioCell(race, figure, { of, to: FLOOR }));
    return [figure, toReach(target), ...over(JANUS), verdict(target, races), ...over(CRUN)];
  });
  return table(head, body);
};
