import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JanusError } from '../core/errors.ts';
import type { StageHook } from '../core/operations.ts';
import type { Logger } from '../core/ports/logger.ts';
import { STAGES, type Verb } from '../core/stages.ts';

/** What happens when a verb enters a stage. */
type Fault = { readonly kind: 'kill' | 'error' } | { readonly kind: 'delay'; readonly ms: number };

const LINE = /^(?<verb>\w+)\/(?<stage>[\w-]+)=(?:(?<kind>kill|error)|delay:(?<ms>\d{1,6}))$/;

const parseLine = (line: string): readonly [string, Fault] => {
  const { verb = '', stage = '', kind, ms } = LINE.exec(line)?.groups ?? {};
  const stages: readonly string[] = verb in STAGES ? STAGES[verb as Verb] : [];
  if (!stages.includes(stage)) throw new Error(`JANUS_FAILPOINTS: ${line}: must be Verb/stage=kill, error or delay:MS`);
  const fault: Fault = kind === 'kill' || kind === 'error' ? { kind } : { kind: 'delay', ms: Number(ms) };
  return [`${verb}/${stage}`, fault];
};

const parse = (text: string): ReadonlyMap<string, Fault> =>
  new Map(
    text
      .split(/[\s,]+/)
      .filter((line) => line !== '')
      .map(parseLine),
  );

const happen = async (fault: Fault, at: string): Promise<void> => {
  if (fault.kind === 'error') throw new JanusError('internal', `failpoint ${at}`);
  if (fault.kind === 'delay') return delay(fault.ms);
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process before anything else happens.
  await new Promise(() => undefined);
};

/**
 * Faults on purpose, for tests: `setting` holds entries `Verb/stage=FAULT`, or is the absolute path of a file of such entries, which is read at every
 * stage. Undefined or empty: there is no hook, and stages cost nothing.
 */
export const createFailpoints = (setting: string | undefined, logger: Logger): StageHook | undefined => {
  if (setting === undefined || setting === '') return undefined;
  logger.warn('faults on purpose are switched on', { setting });
  const fixed = isAbsolute(setting) ? undefined : parse(setting);
  return async (verb, stage) => {
    const at = `${verb}/${stage}`;
    const fault = (fixed ?? parse(readFileSync(setting, 'utf8'))).get(at);
    if (fault === undefined) return;
    logger.warn('failpoint', { at, fault: fault.kind });
    await happen(fault, at);
  };
};
