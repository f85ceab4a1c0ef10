/** What is put in place of a secret. */
const HIDDEN = '***';

const PRIVATE = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
/** Cut off, as a long value in a message is. */
const CUT_OFF = /-----BEGIN [A-Z0-9 ]+-----[^\n"]*/g;
const USERINFO = /\/\/[^/@\s"']*@/g;
const SCHEME = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
/** A name that tells of a secret, and what it is set to: in quotes, which may be escaped, or up to the next blank. */
const NAMED =
  /((?:passw(?:or)?d|passphrase|secret|token|credentials?|api[-_]?key|private[-_]?key|\bauth(?:orization)?\b)[\w-]*\\*["']?\s*[=:]\s*)(?:(\\*["'])[^"'\\]*|(?:(?:Bearer|Basic)\s+)?[^\s,;"'\\}\]]+)/gi;

/**
 * The second wall: what is put into a report is chosen so that it holds no secrets, and is passed through this in case that a message of
 * another program holds one.
 */
export const withoutSecrets = (text: string): string =>
  text
    .replace(PRIVATE, HIDDEN)
    .replace(CUT_OFF, HIDDEN)
    .replace(USERINFO, `//${HIDDEN}@`)
    .replace(NAMED, (_all, name: string, quote: string | undefined) => `${name}${quote ?? ''}${HIDDEN}`)
    .replace(SCHEME, `$1 ${HIDDEN}`);

/** Of an argument no more than the name of its option. */
const argument = (given: unknown): string => /^--?[\w-]+(?==|$)/.exec(String(given))?.[0] ?? HIDDEN;

const withoutArguments = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('runtime-args' in value)) return value;
  const given = value['runtime-args'];
  return { ...value, 'runtime-args': Array.isArray(given) ? given.map(argument) : HIDDEN };
};

/** The value of a key of daemon.json: whoever wraps a runtime may give it anything as arguments. */
export const settingWithoutSecrets = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value, withoutArguments)) as unknown);
