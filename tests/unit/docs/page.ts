import { readFileSync } from 'node:fs';

export const repository = new URL('../../../', import.meta.url);

export const page = (name: string): string => readFileSync(new URL(`docs/reference/${name}`, repository), 'utf8');

/** From a heading, as written, to the next one of the same depth or less. */
export const section = (text: string, heading: string): string => {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`there is no ${JSON.stringify(heading)}`);
  const depth = heading.indexOf(' ');
  const length = lines.slice(start + 1).findIndex((line) => new RegExp(`^#{1,${depth}} `).test(line));
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n');
};

/** Cells of the table rows whose first cell begins with code. */
export const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** What stands in code, in order. */
export const inCode = (text = ''): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
