import { JanusError } from '../../core/errors.ts';
import type { RuntimeFeatures } from '../spec/runtime-features.ts';
import type { NamedEdits } from './catalogue.ts';
import type { CdiEdits } from './schema.ts';

/** What only newer runtimes carry out; older ones would start the container without it, and say nothing. */
const NEEDS: readonly {
  readonly feature: keyof RuntimeFeatures;
  readonly field: string;
  readonly asks: (edits: CdiEdits) => boolean;
}[] = [
  { feature: 'netDevices', field: 'netDevices', asks: ({ netDevices = [] }) => netDevices.length > 0 },
  {
    feature: 'rdtSchemata',
    field: 'intelRdt.schemata',
    asks: ({ intelRdt: { schemata = [] } = {} }) => schemata.length > 0,
  },
  {
    feature: 'rdtMonitoring',
    field: 'intelRdt.enableMonitoring',
    asks: ({ intelRdt: { enableMonitoring = false } = {} }) => enableMonitoring,
  },
];

/** Errors: failed-precondition for a device that the pod's runtime cannot bring. */
export const checkNeeds = ({ name, edits }: NamedEdits, features: RuntimeFeatures): void => {
  const lacking = NEEDS.find(({ feature, asks }) => asks(edits) && !features[feature]);
  if (lacking !== undefined)
    throw new JanusError('failed-precondition', `CDI device ${name}: the pod's runtime does not know ${lacking.field}`);
};
