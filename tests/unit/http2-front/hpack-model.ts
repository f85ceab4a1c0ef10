/**
 * A plain HPACK encoder and decoder (RFC 7541) with dynamic tables, for the few static entries a gRPC client uses. The
 * encoder stands for the client, the decoder for the server.
 */

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** How the client spells a field that is in no table. */
export interface Spelling {
  readonly pattern: 'incremental' | 'plain' | 'never';
  readonly huffman: boolean;
  /** Spell the name out although the static table has it. */
  readonly literalName: boolean;
}

export const AS_GO: Spelling = { pattern: 'incremental', huffman: false, literalName: false };

const STATIC = new Map<number, Field>([
  [1, { name: ':authority', value: '' }],
  [3, { name: ':method', value: 'POST' }],
  [4, { name: ':path', value: '/' }],
  [6, { name: ':scheme', value: 'http' }],
  [31, { name: 'content-type', value: '' }],
  [38, { name: 'host', value: '' }],
  [58, { name: 'user-agent', value: '' }],
]);
const STATIC_SIZE = 61;
const FIRST = { incremental: [0x40, 6], plain: [0, 4], never: [0x10, 4] } as const;

/** Appendix B, for lower case, digits and what socket paths are made of. */
const HUFFMAN = new Map(
  `a 00011|b 100011|c 00100|d 100100|e 00101|f 100101|g 100110|h 100111|i 00110|j 1110100|k 1110101|l 101000|m 101001
|n 101010|o 00111|p 101011|q 1110110|r 101100|s 01000|t 01001|u 101101|v 1110111|w 1111000|x 1111001|y 1111010|z 1111011
|0 00000|1 00001|2 00010|3 011001|4 011010|5 011011|6 011100|7 011101|8 011110|9 011111|/ 011000|. 010111|- 010110
|: 1011100|% 010101|_ 100010|# 111111111010|\\ 1111111111111110000|@ 1111111111010`
    .split('|')
    .map((row): [string, string] => [row.charAt(0), row.slice(2).trim()]),
);

export const huffman = (text: string): Buffer => {
  const bits = [...text].map((char) => HUFFMAN.get(char) ?? '').join('');
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

export const integer = (value: number, bits: number, first = 0): Buffer => {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.from([first | value]);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
};

export const string = (text: string, compressed = false): Buffer => {
  const bytes = compressed ? huffman(text) : Buffer.from(text, 'latin1');
  return Buffer.concat([integer(bytes.length, 7, compressed ? 0x80 : 0), bytes]);
};

export const literal = ({ name, value }: Field, { pattern, huffman: compressed, literalName }: Spelling): Buffer => {
  const [first, bits] = FIRST[pattern];
  const index = [...STATIC].find(([, entry]) => entry.name === name)?.[0];
  const named =
    index === undefined || literalName
      ? [integer(0, bits, first), string(name, compressed)]
      : [integer(index, bits, first)];
  return Buffer.concat([...named, string(value, compressed)]);
};

interface Table {
  readonly entries: Field[];
  readonly insert: (field: Field) => void;
}

/** Newest first (RFC 7541 §2.3.3), evicted as in §4.4. */
const createTable = (maxSize: number): Table => {
  const entries: Field[] = [];
  const size = (): number => entries.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0);
  const insert = (field: Field): void => {
    entries.unshift(field);
    while (size() > maxSize) entries.pop();
  };
  return { entries, insert };
};

type Encode = (fields: readonly (Field & { readonly spelling?: Spelling })[]) => Buffer;

export const createEncoder = (tableSize = 4096): Encode => {
  const table = createTable(tableSize);
  const encodeField = (field: Field, spelling: Spelling): Buffer => {
    const same = (entry: Field): boolean => entry.name === field.name && entry.value === field.value;
    const found = table.entries.findIndex(same);
    if (found >= 0) return integer(STATIC_SIZE + 1 + found, 7, 0x80);
    const fixed = [...STATIC].find(([, entry]) => same(entry));
    if (fixed && !spelling.literalName) return integer(fixed[0], 7, 0x80);
    if (spelling.pattern === 'incremental') table.insert({ name: field.name, value: field.value });
    return literal(field, spelling);
  };
  return (fields) => Buffer.concat(fields.map((field) => encodeField(field, field.spelling ?? AS_GO)));
};

/** Throws on anything this model's encoder would not send. No Huffman: whole fields compare as sent. */
export const createDecoder = (tableSize = 4096): ((block: Buffer) => Field[]) => {
  const table = createTable(tableSize);
  return (block) => {
    let at = 0;
    const readInteger = (bits: number): number => {
      const most = 2 ** bits - 1;
      let value = block.readUInt8(at++) & most;
      if (value < most) return value;
      for (let factor = 1; ; factor *= 128) {
        const next = block.readUInt8(at++);
        value += (next & 0x7f) * factor;
        if (next < 0x80) return value;
      }
    };
    const readString = (): string => {
      if (block.readUInt8(at) & 0x80) throw new Error('Huffman is not decoded here');
      const length = readInteger(7);
      at += length;
      return block.toString('latin1', at - length, at);
    };
    const entry = (index: number): Field => {
      const found = index > STATIC_SIZE ? table.entries[index - STATIC_SIZE - 1] : STATIC.get(index);
      if (found === undefined) throw new Error(`index ${index} is in no table`);
      return found;
    };
    const readField = (): Field => {
      const first = block.readUInt8(at);
      if (first & 0x80) return entry(readInteger(7));
      const index = readInteger(first & 0x40 ? 6 : 4);
      const field = { name: index === 0 ? readString() : entry(index).name, value: readString() };
      if (first & 0x40) table.insert(field);
      return field;
    };
    const fields: Field[] = [];
    while (at < block.length) fields.push(readField());
    return fields;
  };
};

/** What gRPC for Go puts in a request, in its order. */
export const goRequest = (authority: string, path = '/t.T/Echo'): Field[] => [
  { name: ':method', value: 'POST' },
  { name: ':scheme', value: 'http' },
  { name: ':path', value: path },
  { name: ':authority', value: authority },
  { name: 'content-type', value: 'application/grpc' },
  { name: 'user-agent', value: 'grpc-go/1.38.0' },
  { name: 'te', value: 'trailers' },
];
