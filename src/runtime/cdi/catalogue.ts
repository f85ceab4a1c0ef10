import { invalidArgument } from '../../core/errors.ts';
import type { FoundSpec, FoundSpecs } from './read-specs.ts';
import type { CdiRequest } from './requests.ts';
import type { CdiDevice, CdiEdits } from './schema.ts';

interface Entry {
  readonly from: FoundSpec;
  readonly device: CdiDevice;
  /** Other files of the same priority that have it: nobody can say which is meant. */
  readonly rivals: readonly string[];
}

const add = (entries: Map<string, Entry>, from: FoundSpec, device: CdiDevice): void => {
  const name = `${from.spec.kind}=${device.name}`;
  const known = entries.get(name);
  if (known === undefined || known.from.priority < from.priority) entries.set(name, { from, device, rivals: [] });
  else if (known.from.priority === from.priority) entries.set(name, { ...known, rivals: [...known.rivals, from.path] });
};

/** Devices by their qualified names. */
const index = (specs: readonly FoundSpec[]): ReadonlyMap<string, Entry> => {
  const entries = new Map<string, Entry>();
  for (const from of specs) for (const device of from.spec.devices) add(entries, from, device);
  return entries;
};

const find = (entries: ReadonlyMap<string, Entry>, { name, field }: CdiRequest, { problems }: FoundSpecs): Entry => {
  const entry = entries.get(name);
  if (entry === undefined) {
    const unusable = problems.length === 0 ? '' : ` (and these cannot be used: ${problems.join('; ')})`;
    throw invalidArgument(field, `no CDI specification has the device ${name}${unusable}`);
  }
  if (entry.rivals.length > 0)
    throw invalidArgument(
      field,
      `${name} is in several CDI specifications: ${[entry.from.path, ...entry.rivals].join(', ')}`,
    );
  return entry;
};

/** Edits of one origin, for messages. */
export interface NamedEdits {
  readonly name: string;
  readonly edits: CdiEdits;
}

/**
 * The edits of the devices, in the order of the requests; those that a specification has for all of its devices come once, before the first of them.
 * Errors: invalid-argument for a device that is nowhere, or in two places of the same rank.
 */
export const resolveDevices = (requests: readonly CdiRequest[], found: FoundSpecs): readonly NamedEdits[] => {
  const entries = index(found.specs);
  const seen = new Set<FoundSpec>();
  return requests.flatMap((request) => {
    const { from, device } = find(entries, request, found);
    const own = { name: request.name, edits: device.containerEdits };
    const { containerEdits } = from.spec;
    if (containerEdits === undefined || seen.has(from)) return [own];
    seen.add(from);
    return [{ name: from.path, edits: containerEdits }, own];
  });
};
