/** An entry of an archive; `to` is what a link leads to. */
export interface Entry {
  readonly name: string;
  readonly type?: keyof typeof TYPES;
  readonly to?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly content?: string;
}

const TYPES = { file: '0', link: '1', symlink: '2', directory: '5' } as const;
const BLOCK = 512;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const field = (text: string, width: number): Buffer => Buffer.alloc(width, '\0').fill(text, 0, Buffer.byteLength(text));

const header = ({ name, type = 'file', to = '', mode = 0o644, uid = 0 }: Entry, size: number): Buffer => {
  const ids = `${octal(mode, 8)}${octal(uid, 8)}${octal(uid, 8)}`;
  const before = Buffer.concat([field(name, 100), Buffer.from(`${ids}${octal(size, 12)}${octal(0, 12)}`)]);
  const after = Buffer.concat([Buffer.from(TYPES[type]), field(to, 100), Buffer.from('ustar\x0000')]);
  // The sum is that of a header with blanks in the sum's place.
  const sum = [...before, ...after].reduce((total, byte) => total + byte, 8 * 0x20);
  return field(Buffer.concat([before, Buffer.from(`${octal(sum, 7)} `), after]).toString('latin1'), BLOCK);
};

/** An archive in the ustar format (POSIX pax), with whatever names and links: those of up to 100 bytes. */
export const archive = (entries: readonly Entry[]): Buffer => {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [header(entry, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
};
