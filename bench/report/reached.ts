import { median } from '../figures.ts';
import { FLOOR, JANUS, PEER } from '../names.ts';
import { type Race, ratioIn, valuesIn } from './race.ts';
import { LEAST_ROUNDS } from './ratio.ts';
import type { Target } from './targets.ts';

/** What a race says of a target. Undefined: it was not measured, or in too few rounds. */
const valueFor = ({ figure, of }: Target, race: Race): number | undefined => {
  if (of === 'ms') {
    const values = valuesIn(race, figure, JANUS);
    return values.length < LEAST_ROUNDS ? undefined : median(values);
  }
  const ratio = ratioIn(race, figure, { of: JANUS, to: of === 'floor' ? FLOOR : PEER });
  return typeof ratio === 'object' ? ratio.median : undefined;
};

/** Only what both races reach is reached. */
export const reached = (target: Target, races: readonly Race[]): 'yes' | 'once' | 'no' | 'not measured' => {
  const values = races.map((race) => valueFor(target, race));
  const reaching = values.filter((value) => value !== undefined && value <= target.most).length;
  if (values.includes(undefined)) return 'not measured';
  if (reaching === 0) return 'no';
  return reaching === races.length ? 'yes' : 'once';
};
