/** One thing that was looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error';
  readonly subject: string;
  /** What was found. */
  readonly found: string;
  /** What to do about it; empty when all is well. */
  readonly advice: string;
}

export const ok = (subject: string, found: string): Finding => ({ level: 'ok', subject, found, advice: '' });
export const warning = (subject: string, found: string, advice: string): Finding => ({
  level: 'warning',
  subject,
  found,
  advice,
});
export const error = (subject: string, found: string, advice: string): Finding => ({
  level: 'error',
  subject,
  found,
  advice,
});
