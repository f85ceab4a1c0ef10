import type { Work } from './work.ts';
import { beside } from './works/beside.ts';
import { crictlRuns } from './works/crictl-run.ts';
import { events } from './works/events.ts';
import { execs } from './works/exec.ts';
import { execSessions } from './works/exec-session.ts';
import { podsOneByOne, podsTogether } from './works/pods.ts';
import { polling } from './works/polling.ts';
import { pulls } from './works/pull.ts';
import { records } from './works/records.ts';
import { recovery } from './works/recovery.ts';
import { standing } from './works/standing.ts';

/** How what stands grows: the same figures with more and more pods. */
const curve = [10, 50, 100, 200];
/** All that can be asked for, by name. */
export const works: readonly Work[] = [
  ...[podsOneByOne, podsTogether, execs, execSessions, events, crictlRuns, ...pulls],
  ...[20, ...curve, 500].map(standing),
  ...[polling, recovery, beside].flatMap((of) => curve.map(of)),
  ...[1000, 5000].map(records),
];
