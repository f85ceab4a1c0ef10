import type { RawResult } from './result.ts';

/** One network of one pod, with all that ADD and DEL need: nothing is looked up again. */
export interface PlannedNetwork {
  readonly network: string;
  readonly interfaceName: string;
  readonly cniVersion: string;
  /** CNI_ARGS. */
  readonly args: string;
  /** What each plugin reads on stdin, but for `prevResult`; in the order of ADD. */
  readonly plugins: readonly PlannedPlugin[];
}

export interface PlannedPlugin {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** `result` is the last plugin's answer to ADD; undefined: ADD did not come to its end. */
export interface KeptNetwork extends PlannedNetwork {
  readonly result: RawResult | undefined;
}
