import type { Readable } from 'node:stream';
import type { TerminalSize } from '../backend.ts';
import { createRoom } from '../room.ts';

/** No size is anywhere near as long. */
const MAX_SIZE_TEXT = 1024;
const MAX_CELLS = 65_535;

/**
 * The sizes a client sends as JSON objects, `{"Width":80,"Height":24}`, one after the other. Only the newest waits to be
 * taken: a terminal that is not there yet needs none of the others, and none may hold back the connection. Text that is
 * not JSON ends the reading of sizes, as it does in Kubernetes, and nothing else.
 */
export const terminalSizes = (source: Readable): AsyncIterable<TerminalSize> => {
  const news = createRoom();
  const parse = createParser();
  let newest: TerminalSize | undefined;
  let over = false;
  source.on('data', (chunk: Buffer) => {
    newest = parse(chunk) ?? newest;
    news.free();
  });
  source.once('close', () => {
    over = true;
    news.free();
  });
  return (async function* () {
    while (!over || newest) {
      const size = newest;
      newest = undefined;
      if (size) yield size;
      else await news.wait();
    }
  })();
};

/** For sessions without a terminal or from before protocol version 3. */
export const noSizes: AsyncIterable<TerminalSize> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** Returns the last size that a chunk completes. */
const createParser = (): ((chunk: Buffer) => TerminalSize | undefined) => {
  let text: string | undefined = '';
  return (chunk) => {
    if (text === undefined) return undefined;
    const objects = (text + chunk.toString('latin1')).split('}');
    const rest = objects.pop() ?? '';
    const sizes = objects.map((object) => parseJson(`${object}}`));
    text = rest.length > MAX_SIZE_TEXT || sizes.includes(undefined) ? undefined : rest;
    return sizes.map(toSize).findLast((size) => size !== undefined);
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const toSize = (value: unknown): TerminalSize | undefined => {
  if (typeof value !== 'object' || value === null || !('Width' in value) || !('Height' in value)) return undefined;
  const { Width: width, Height: height } = value;
  return isCells(width) && isCells(height) ? { width, height } : undefined;
};

const isCells = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_CELLS;
