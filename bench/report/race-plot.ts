import { CRUN, FLOOR, JANUS, PEER } from '../names.ts';
import { type Race, ratioIn } from './race.ts';
import { colourOf, legend, picture, text } from './svg.ts';
import { targetOf } from './targets.ts';

const NAMES = [JANUS, CRUN, FLOOR];
const TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const [LEAST, MOST] = [0.018, 3];
const [LEFT, WIDTH, RIGHT] = [270, 460, 190];
const TOP = 60;
/** Between two figures, and between two contestants of one. */
const [ROW, STEP] = [30, 8];

/** On a logarithmic scale; what is outside stands at the edge. */
const across = (ratio: number): number => {
  const share = Math.log(Math.min(Math.max(ratio, LEAST), MOST) / LEAST) / Math.log(MOST / LEAST);
  return LEFT + share * WIDTH;
};

/** Undefined: no ratio in that race. */
type Medians = readonly (number | undefined)[];

const mediansOf = (races: readonly Race[], figure: string, name: string): Medians =>
  races.map((race) => {
    const ratio = ratioIn(race, figure, { of: name, to: PEER });
    return typeof ratio === 'object' ? ratio.median : undefined;
  });

/** The first race is an empty circle and the last a full one; a line between shows how far they lie apart. */
const dots = (medians: Medians, y: number, colour: string): readonly string[] => {
  const places = medians.map((ratio) => (ratio === undefined ? undefined : across(ratio).toFixed(1)));
  const there = places.filter((x) => x !== undefined);
  const [from, to] = [there[0], there[there.length - 1]];
  return [
    `<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`,
    ...places.flatMap((x, index) => {
      const fill = index === places.length - 1 ? colour : 'white';
      return x === undefined ? [] : [`<circle cx="${x}" cy="${y}" r="3.5" stroke="${colour}" fill="${fill}"/>`];
    }),
  ];
};

const said = (ratio: number | undefined): string => ratio?.toFixed(2) ?? '-';

const row = (races: readonly Race[], figure: string, top: number): readonly string[] => {
  const most = targetOf(figure)?.most;
  const own = mediansOf(races, figure, JANUS).map(said).join(' / ');
  const mark = most === undefined ? undefined : (across(most) - 1.5).toFixed(1);
  return [
    text(figure, { x: LEFT - 10, y: top + 16, anchor: 'end' }),
    `<line x1="${LEFT}" x2="${LEFT + WIDTH}" y1="${top - 3}" y2="${top - 3}" stroke="#f3f4f6"/>`,
    ...(mark === undefined
      ? []
      : [`<rect x="${mark}" y="${top}" width="3" height="${ROW - 6}" fill="#dc2626" class="target"/>`]),
    ...NAMES.flatMap((name, index) => {
      const medians = mediansOf(races, figure, name);
      const empty = medians.every((ratio) => ratio === undefined);
      return empty ? [] : dots(medians, top + 4 + index * STEP, colourOf(name));
    }),
    text(`${own}${most === undefined ? '' : `, to reach ${most.toFixed(2)}`}`, { x: LEFT + WIDTH + 10, y: top + 16 }),
  ];
};

const axis = (bottom: number): readonly string[] =>
  TICKS.flatMap((tick) => {
    const x = across(tick).toFixed(1);
    const stroke = tick === 1 ? 'stroke="#111" stroke-dasharray="4 3"' : 'stroke="#e5e7eb"';
    return [
      `<line x1="${x}" x2="${x}" y1="${TOP - 8}" y2="${bottom}" ${stroke}/>`,
      text(tick === 1 ? `${PEER} = 1` : String(tick), { x: Number(x), y: TOP - 12, anchor: 'middle', size: 10 }),
    ];
  });

const hasRatio = (races: readonly Race[], figure: string): boolean =>
  NAMES.some((name) => mediansOf(races, figure, name).some((ratio) => ratio !== undefined));

/** The ratios of both races to the peer's, figure by figure, with what is to reach. */
export const racePlot = (races: readonly Race[]): string => {
  const all = [...new Set(races.flatMap((race) => [...race.keys()]))];
  const shown = all.filter((figure) => hasRatio(races, figure));
  const bottom = TOP + shown.length * ROW;
  return picture({ title: `Ratios to ${PEER}, lower is better`, width: LEFT + WIDTH + RIGHT, height: bottom + 10 }, [
    ...legend(NAMES, 10),
    `<rect x="345" y="8" width="3" height="14" fill="#dc2626"/>`,
    text(`to reach. Empty: race 1, full: race 2; left is better; ${JANUS}'s figures at the right`, { x: 354, y: 19 }),
    ...axis(bottom),
    ...shown.flatMap((figure, index) => row(races, figure, TOP + index * ROW)),
  ]);
};
