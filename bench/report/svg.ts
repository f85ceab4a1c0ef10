import { CRUN, FLOOR, JANUS, PEER } from '../names.ts';

const colours: Readonly<Record<string, string>> = {
  [JANUS]: '#2563eb',
  [CRUN]: '#0d9488',
  [FLOOR]: '#9ca3af',
  [PEER]: '#d97706',
};

export const colourOf = (contestant: string): string => colours[contestant] ?? '#111';

export const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
}

export const text = (said: string, { x, y, anchor = 'start', size = 12 }: Place): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${escaped(said)}</text>`;

/** A name for each colour, side by side from `x`. */
export const legend = (names: readonly string[], x: number): readonly string[] =>
  names.flatMap((name, index) => {
    const left = x + index * 110;
    return [
      `<rect x="${left}" y="10" width="10" height="10" fill="${colourOf(name)}"/>`,
      text(name, { x: left + 14, y: 19 }),
    ];
  });

interface Picture {
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

export const picture = ({ title, width, height }: Picture, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
