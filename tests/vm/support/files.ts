import type { World } from './world.ts';

/** The files of a cgroup, read at one moment; undefined: the kernel has no such file there. */
export interface CgroupFiles {
  text(name: string): string;
  /** What it holds alone. */
  value(name: string): bigint;
  /** Of a line `name value`. */
  field(name: string, field: string): bigint;
  /** Microseconds of stall: a line `some` or `full`. */
  stalled(name: string, kind: 'some' | 'full'): bigint;
}

const FIGURES = [
  'cpu.stat',
  'memory.current',
  'memory.stat',
  'memory.max',
  'memory.swap.current',
  'memory.swap.max',
  'pids.current',
  'cpu.pressure',
  'memory.pressure',
  'io.pressure',
];

const asNumber = (text: string | undefined, what: string): bigint => {
  if (text === undefined || !/^\d+$/.test(text)) throw new Error(`${what} holds no number: ${text ?? ''}`);
  return BigInt(text);
};

const linesOf = (listing: string): ReadonlyMap<string, readonly string[]> => {
  const files = new Map<string, string[]>();
  for (const line of listing.split('\n')) {
    const [name = ''] = line.split(':', 1);
    files.set(name, [...(files.get(name) ?? []), line.slice(name.length + 1)]);
  }
  return files;
};

/** Those that statistics are made of, unless others are named. */
export const readFiles = async (
  { guest }: World,
  directory: string,
  names: readonly string[] = FIGURES,
): Promise<CgroupFiles> => {
  const files = linesOf(await guest.sh(`cd ${directory} && grep -H '' ${names.join(' ')}`));
  const lines = (name: string): readonly string[] => files.get(name) ?? [];
  return {
    text: (name) => lines(name).join('\n'),
    value: (name) => asNumber(lines(name)[0], name),
    field: (name, field) => {
      const line = lines(name).find((each) => each.startsWith(`${field} `));
      return asNumber(line?.slice(field.length + 1), `${name} ${field}`);
    },
    stalled: (name, kind) => {
      const line = lines(name).find((each) => each.startsWith(`${kind} `));
      return asNumber(/total=(\d+)$/.exec(line ?? '')?.[1], `${name} ${kind}`);
    },
  };
};
