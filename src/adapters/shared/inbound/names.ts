import { invalidArgument } from '../../../core/errors.ts';
import { filled } from './rules.ts';

const MAX_LENGTH = 253;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const SLASH_OR_CONTROL = /[/\u0000-\u001f\u007f]/;

/**
 * Part of a name that other programs build files and arguments from. Kubernetes allows less; engines have always
 * taken more, so only what breaks those uses is refused.
 */
export const namePart = (value: string, field: string): string => {
  if (value.length > MAX_LENGTH) throw invalidArgument(field, `must not be longer than ${MAX_LENGTH} characters`);
  if (SLASH_OR_CONTROL.test(value)) throw invalidArgument(field, 'must not hold "/" or control characters');
  return value;
};

export const name = (value: string, field: string): string => namePart(filled(value, field), field);
