const ENTRIES = 256;

/** Cuts a list of small entries into messages for a stream; no entries, no messages. */
export function* parts<T>(entries: readonly T[], size = ENTRIES): Generator<T[]> {
  for (let start = 0; start < entries.length; start += size) yield entries.slice(start, start + size);
}
