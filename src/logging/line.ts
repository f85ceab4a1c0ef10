export interface Entry {
  readonly time: Date;
  readonly level: string;
  readonly message: string;
  /** As JSON can hold them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

// Whoever names a pod must not be able to write a line of the log, or to drive the terminal that shows it.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const escapeUnprintable = (text: string): string =>
  text.replace(UNPRINTABLE, (each) => SHORT[each] ?? `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

const BARE = /^[\w./:@+-]+$/;
const valueText = (value: unknown): string =>
  typeof value === 'string' && BARE.test(value) ? value : escapeUnprintable(JSON.stringify(value));

/** `2026-01-02T03:04:05.678Z INFO message key=value other="with blanks"`: one line, whatever is in it. */
export const formatLine = ({ time, level, message, fields }: Entry): string => {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${escapeUnprintable(key)}=${valueText(value)}`);
  return `${time.toISOString()} ${level.toUpperCase().padEnd(5)} ${escapeUnprintable(message)}${pairs.join('')}`;
};
