import type { OciResources } from '../spec/oci.ts';
import { setUnitProperties, type UnitProperty } from './systemd-scope.ts';

/** systemd's word for no limit. */
const INFINITY = (2n ** 64n - 1n).toString();
const SECOND = 1_000_000;
const USUAL_PERIOD = 100_000;

/** As the runtimes convert them: 2 to 262144 become 1 to 10000. */
const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);

const memoryLimits = ({ limit, swap }: NonNullable<OciResources['memory']>): readonly UnitProperty[] => [
  ...(limit === undefined ? [] : [['MemoryMax', 't', String(limit)]]),
  ...(limit === undefined || swap === undefined
    ? []
    : [['MemorySwapMax', 't', swap < 0 ? INFINITY : String(swap - limit)]]),
];

const cpuLimits = ({
  quota,
  period = USUAL_PERIOD,
  shares,
}: NonNullable<OciResources['cpu']>): readonly UnitProperty[] => [
  ...(quota === undefined
    ? []
    : [
        ['CPUQuotaPeriodUSec', 't', String(period)],
        ['CPUQuotaPerSecUSec', 't', quota < 0 ? INFINITY : String(Math.ceil((quota * SECOND) / period))],
      ]),
  ...(shares === undefined ? [] : [['CPUWeight', 't', String(weightOf(shares))]]),
];

/** The limits in the words of systemd.resource-control(5), as they are on cgroup v2. */
export const scopeLimits = ({ memory, cpu }: OciResources): readonly UnitProperty[] => [
  ...memoryLimits(memory ?? {}),
  ...cpuLimits(cpu ?? {}),
];

/**
 * Tells systemd the limits of a scope, which otherwise lifts them when it reads its units again: not every runtime tells it (crun 1.8 does
 * not), and none is harmed by hearing it twice.
 */
export const limitScope = async (unit: string, resources: OciResources, signal: AbortSignal): Promise<void> => {
  const limits = scopeLimits(resources);
  if (limits.length > 0) await setUnitProperties(unit, limits, signal);
};
