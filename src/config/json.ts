/** A strict JSON parser that says where a mistake is, and which keys stand twice. JSON.parse of Node 20 says neither. */

export class JsonSyntaxError extends Error {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;

  constructor(text: string, position: number, problem: string) {
    const before = text.slice(0, position).split('\n');
    const line = before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    super(`line ${String(line)}, column ${String(column)}: ${problem}`);
    this.name = 'JsonSyntaxError';
    this.line = line;
    this.column = column;
  }
}

export interface ParsedJson {
  readonly value: unknown;
  /** Keys that stand more than once in one object; the last one counts, as with JSON.parse. */
  readonly duplicateKeys: readonly string[];
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|([^\s{}[\],:"]+))/uy;
const MAX_DEPTH = 64;

interface Token {
  readonly text: string;
  readonly start: number;
}

interface Reader {
  peek(): Token | undefined;
  next(expected: string): Token;
  fail(problem: string, token: Token | undefined): never;
}

const readerOf = (text: string): Reader => {
  let ahead: Token | undefined;
  let end = 0;
  const fail = (problem: string, token: Token | undefined): never => {
    const found = token === undefined ? 'the end of the file' : JSON.stringify(token.text);
    throw new JsonSyntaxError(text, token?.start ?? text.length, `${problem}, found ${found}`);
  };
  const scan = (): Token | undefined => {
    TOKEN.lastIndex = end;
    const match = TOKEN.exec(text);
    const token = match?.[1] ?? match?.[2] ?? match?.[3];
    if (token !== undefined) {
      end = TOKEN.lastIndex;
      return { text: token, start: end - token.length };
    }
    const start = end + (/^[ \t\r\n]*/.exec(text.slice(end))?.[0].length ?? 0);
    if (start < text.length) throw new JsonSyntaxError(text, start, 'expected JSON (is a string unfinished?)');
    return undefined;
  };
  const peek = (): Token | undefined => {
    ahead ??= scan();
    return ahead;
  };
  const next = (expected: string): Token => {
    const token = peek();
    ahead = undefined;
    return token ?? fail(`expected ${expected}`, undefined);
  };
  return { peek, next, fail };
};

export const parseJson = (text: string): ParsedJson => {
  const reader = readerOf(text);
  const duplicateKeys: string[] = [];
  checkValue(reader, { duplicateKeys, depth: 0 });
  const rest = reader.peek();
  if (rest !== undefined) reader.fail('expected the end of the file', rest);
  return { value: JSON.parse(text), duplicateKeys };
};

interface Context {
  readonly duplicateKeys: string[];
  readonly depth: number;
}

const checkValue = (reader: Reader, context: Context): void => {
  const token = reader.next('a value');
  if (context.depth > MAX_DEPTH) reader.fail(`expected at most ${String(MAX_DEPTH)} levels`, token);
  const inner = { ...context, depth: context.depth + 1 };
  if (token.text === '{') checkMembers(reader, inner);
  else if (token.text === '[') checkList(reader, ']', () => checkValue(reader, inner));
  else if (!SCALAR.test(token.text)) reader.fail('expected a value', token);
};

const checkMembers = (reader: Reader, context: Context): void => {
  const keys = new Set<string>();
  checkList(reader, '}', () => {
    const token = reader.next('a key');
    if (!token.text.startsWith('"')) reader.fail('expected a key in double quotes', token);
    if (keys.has(token.text)) context.duplicateKeys.push(token.text.slice(1, -1));
    keys.add(token.text);
    const colon = reader.next('":"');
    if (colon.text !== ':') reader.fail('expected ":"', colon);
    checkValue(reader, context);
  });
};

/** Entries between commas, up to the closing bracket. */
const checkList = (reader: Reader, close: '}' | ']', entry: () => void): void => {
  if (reader.peek()?.text === close) {
    reader.next(close);
    return;
  }
  for (;;) {
    entry();
    const separator = reader.next(`"," or "${close}"`);
    if (separator.text === close) return;
    if (separator.text !== ',') reader.fail(`expected "," or "${close}"`, separator);
  }
};

const SCALAR = /^(?:".*"|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/su;
