import * as z from 'zod';
import { JanusError } from '../core/errors.ts';
import type { Finished } from '../host/process.ts';

/** What plugins print when they fail (CNI specification, section 5, "Error"). */
const failure = z.looseObject({ code: z.number().int(), msg: z.string().default(''), details: z.string().default('') });

/** "Try again later" in the specification's list of codes. */
const TRY_LATER = 11;
/** Characters of a plugin's text in a message. */
const LONGEST = 1024;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);

const parse = (stdout: Buffer): z.infer<typeof failure> | undefined => {
  try {
    return failure.parse(JSON.parse(stdout.toString('utf8')));
  } catch {
    return undefined;
  }
};

const exitText = ({ exitCode, stdout, stderr }: Finished): string => {
  const how = exitCode > 128 ? `was killed by signal ${exitCode - 128}` : `ended with exit code ${exitCode}`;
  const said = (stderr.length > 0 ? stderr : stdout).toString('utf8').trim();
  return said === '' ? `${how} and said nothing` : `${how}: ${JSON.stringify(cut(said))}`;
};

/** The error for a plugin that ended with a code other than 0. */
export const pluginFailure = (prefix: string, finished: Finished): JanusError => {
  const told = parse(finished.stdout);
  if (!told) return new JanusError('internal', `${prefix} ${exitText(finished)}`);
  const text = [told.msg, told.details]
    .filter((part) => part !== '')
    .map(cut)
    .join('; ');
  return new JanusError(
    told.code === TRY_LATER ? 'unavailable' : 'internal',
    `${prefix} failed: ${text} (code ${told.code})`,
  );
};
