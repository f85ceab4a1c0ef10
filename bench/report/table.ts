/** A measured value, with three digits. */
export const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table of Markdown; its last line ends. */
export const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...body.map(line), ''].join('\n');
