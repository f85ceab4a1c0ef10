import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';

/** A record on disk, without what is in it: that may be environment, annotations and commands of users. */
interface RecordFact {
  readonly name: string;
  readonly bytes: number;
  readonly changed: string;
  readonly sha256: string;
}

const factOf = (directory: string, name: string): RecordFact => {
  const path = join(directory, name);
  const { size, mtime } = statSync(path);
  return {
    name,
    bytes: size,
    changed: mtime.toISOString(),
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
  };
};

const listed = (directory: string): readonly RecordFact[] | string => {
  try {
    const files = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map(({ name }) => factOf(directory, name));
  } catch (error) {
    return messageOf(error);
  }
};

/** Names and fingerprints of the records below `graph`; a message in place of what cannot be read. */
export const recordFacts = (graph: string) =>
  Object.fromEntries(['sandboxes', 'containers', 'networks'].map((kind) => [kind, listed(join(graph, kind))]));
