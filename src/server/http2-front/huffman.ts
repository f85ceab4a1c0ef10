/**
 * Decoder of the HPACK Huffman code (RFC 7541 §5.2).
 *
 * The code of Appendix B is canonical: codes of one length are consecutive and follow the symbols in ascending order,
 * and each length continues where the shorter one ended. So the symbols by code length are the whole table.
 */
const END_OF_STRING = 256;

const SYMBOLS_BY_LENGTH: readonly (readonly [bits: number, symbols: readonly number[]])[] = [
  [5, [48, 49, 50, 97, 99, 101, 105, 111, 115, 116]],
  [
    6,
    [32, 37, 45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117],
  ],
  [
    7,
    [
      58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113,
      118, 119, 120, 121, 122,
    ],
  ],
  [8, [38, 42, 44, 59, 88, 90]],
  [10, [33, 34, 40, 41, 63]],
  [11, [39, 43, 124]],
  [12, [35, 62]],
  [13, [0, 36, 64, 91, 93, 126]],
  [14, [94, 125]],
  [15, [60, 96, 123]],
  [19, [92, 195, 208]],
  [20, [128, 130, 131, 162, 184, 194, 224, 226]],
  [21, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]],
  [
    22,
    [
      129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198,
      228, 232, 233,
    ],
  ],
  [
    23,
    [
      1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182,
      183, 188, 191, 197, 231, 239,
    ],
  ],
  [24, [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237]],
  [25, [199, 207, 234, 235]],
  [26, [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255]],
  [27, [203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254]],
  [
    28,
    [2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249],
  ],
  [30, [10, 13, 22, END_OF_STRING]],
];

interface CodeLength {
  /** First code of this length, and how many there are. */
  readonly first: number;
  readonly count: number;
  readonly symbols: readonly number[];
}

const byLength = (): readonly CodeLength[] => {
  const table: CodeLength[] = [];
  let code = 0;
  for (let bits = 1; bits <= 30; bits += 1) {
    const symbols = SYMBOLS_BY_LENGTH.find(([length]) => length === bits)?.[1] ?? [];
    code <<= 1;
    table[bits] = { first: code, count: symbols.length, symbols };
    code += symbols.length;
  }
  return table;
};

const CODES = byLength();

const symbolOf = (code: number, bits: number): number | undefined => {
  const codes = CODES[bits];
  return codes !== undefined && code - codes.first < codes.count ? codes.symbols[code - codes.first] : undefined;
};

/** Padding is the start of the end-of-string code, all ones, and shorter than a byte. */
const isPadding = (code: number, bits: number): boolean => bits < 8 && code === (1 << bits) - 1;

/** The decoded bytes, or undefined where RFC 7541 §5.2 asks for a decoding error. */
export const decodeHuffman = (encoded: Buffer): Buffer | undefined => {
  const decoded: number[] = [];
  let code = 0;
  let bits = 0;
  for (let at = 0; at < encoded.length * 8; at += 1) {
    code = (code << 1) | (((encoded[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    bits += 1;
    const symbol = symbolOf(code, bits);
    if (symbol === END_OF_STRING) return undefined;
    if (symbol === undefined) continue;
    decoded.push(symbol);
    code = 0;
    bits = 0;
  }
  return isPadding(code, bits) ? Buffer.from(decoded) : undefined;
};
