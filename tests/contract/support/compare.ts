/** What differs between two answers to one question by its nature, by the field's name. */
const inherent: Readonly<Record<string, (value: unknown) => unknown>> = {
  /** When figures were read. */
  timestamp: (value) => (typeof value === 'bigint' ? 0n : value),
  /** Version. */
  runtimeApiVersion: () => '',
  /** Exec, Attach and PortForward: the last part is good for one use. */
  url: (value) => (typeof value === 'string' ? value.replace(/[^/]+$/, '') : value),
};

const isLeaf = (value: unknown): boolean => typeof value !== 'object' || value === null || value instanceof Uint8Array;

/** The message without what differs inherently. */
export const masked = (value: unknown): unknown => {
  if (isLeaf(value)) return value;
  if (Array.isArray(value)) return value.map(masked);
  return Object.fromEntries(
    Object.entries(value as object).map(([key, field]) => [key, masked(inherent[key]?.(field) ?? field)]),
  );
};

type Path = readonly string[];

/** Paths of all values of a message that are compared: its map keys and list indices stand in them. */
export const leaves = (value: unknown, path: Path = []): readonly Path[] => {
  if (isLeaf(value)) return value === undefined ? [] : [path];
  return Object.entries(value as object).flatMap(([key, field]) =>
    Object.hasOwn(inherent, key) ? [] : leaves(field, [...path, key]),
  );
};

const other = (value: unknown): unknown => {
  switch (typeof value) {
    case 'string':
      return `${value}x`;
    case 'bigint':
      return value + 1n;
    case 'number':
      return value + 1;
    case 'boolean':
      return !value;
    default:
      return Buffer.concat([value as Uint8Array, Buffer.from('x')]);
  }
};

/** A copy of the message in which one value is another. */
export const changed = (message: object, path: Path): object => {
  const copy = structuredClone(message);
  const parent = path.slice(0, -1).reduce<object>((part, key) => Reflect.get(part, key) as object, copy);
  const last = path.at(-1) ?? '';
  Reflect.set(parent, last, other(Reflect.get(parent, last)));
  return copy;
};
