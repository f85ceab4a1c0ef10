import { existsSync } from 'node:fs';
import { JanusError } from '../../core/errors.ts';
import { type Hooks, joinHooks } from '../hooks/schema.ts';
import type { OciMount, OciSpec } from '../spec/oci.ts';
import { depth } from '../spec/paths.ts';
import type { NamedEdits } from './catalogue.ts';
import { deviceNode } from './device-nodes.ts';
import type { CdiEdits, CdiHook, CdiMount } from './schema.ts';

const nameIn = (entry: string): string => entry.slice(0, entry.indexOf('='));

/** A variable that is there already keeps its place. */
const withEnv = (spec: OciSpec, { env = [] }: CdiEdits): OciSpec => {
  const merged = new Map([...spec.process.env, ...env].map((entry) => [nameIn(entry), entry]));
  return { ...spec, process: { ...spec.process, env: [...merged.values()] } };
};

const withDeviceNodes = async (spec: OciSpec, { name, edits }: NamedEdits): Promise<OciSpec> => {
  let { devices, resources } = spec.linux;
  for (const given of edits.deviceNodes ?? []) {
    const { node, rules } = await deviceNode(name, given, spec.process.user);
    devices = [...devices.filter(({ path }) => path !== node.path), node];
    resources = { ...resources, devices: [...(resources.devices ?? []), ...rules] };
  }
  return { ...spec, linux: { ...spec.linux, devices, resources } };
};

const isBind = ({ type, options = [] }: CdiMount): boolean =>
  type === undefined || type === '' || type === 'bind' || options.includes('bind') || options.includes('rbind');

const ociMount = (name: string, mount: CdiMount): OciMount => {
  if (isBind(mount) && !existsSync(mount.hostPath))
    throw new JanusError('failed-precondition', `CDI device ${name}: ${mount.hostPath} is not there`);
  return {
    destination: mount.containerPath,
    source: mount.hostPath,
    type: isBind(mount) ? 'bind' : (mount.type ?? ''),
    options: mount.options ?? [],
  };
};

/** One on a path that is taken replaces what is there; parents come before children. */
const withMounts = (spec: OciSpec, { name, edits: { mounts = [] } }: NamedEdits): OciSpec => {
  if (mounts.length === 0) return spec;
  const own = mounts.map((mount) => ociMount(name, mount));
  const taken = new Set(own.map(({ destination }) => destination));
  const all = [...spec.mounts.filter(({ destination }) => !taken.has(destination)), ...own];
  return { ...spec, mounts: all.toSorted((a, b) => depth(a.destination) - depth(b.destination)) };
};

const asHooks = ({ hookName, ...hook }: CdiHook): Hooks => ({ [hookName]: [hook] });

const withHooks = (spec: OciSpec, { hooks = [] }: CdiEdits): OciSpec =>
  hooks.length === 0 ? spec : { ...spec, hooks: joinHooks(spec.hooks ?? {}, ...hooks.map(asHooks)) };

const withIntelRdt = (spec: OciSpec, { intelRdt }: CdiEdits): OciSpec =>
  intelRdt === undefined ? spec : { ...spec, linux: { ...spec.linux, intelRdt } };

const withNetDevices = (spec: OciSpec, { netDevices = [] }: CdiEdits): OciSpec => {
  if (netDevices.length === 0) return spec;
  const moved = Object.fromEntries(netDevices.map(({ hostInterfaceName, name }) => [hostInterfaceName, { name }]));
  return { ...spec, linux: { ...spec.linux, netDevices: { ...spec.linux.netDevices, ...moved } } };
};

/** The group 0 is left out: a device does not make anybody root's. */
const withGroups = (spec: OciSpec, { additionalGids = [] }: CdiEdits): OciSpec => {
  const { user } = spec.process;
  const groups = [...new Set([...user.additionalGids, ...additionalGids.filter((gid) => gid !== 0)])];
  return { ...spec, process: { ...spec.process, user: { ...user, additionalGids: groups } } };
};

const applyOne = async (spec: OciSpec, named: NamedEdits): Promise<OciSpec> => {
  const { edits } = named;
  const withNodes = withNetDevices(await withDeviceNodes(withEnv(spec, edits), named), edits);
  return withGroups(withIntelRdt(withHooks(withMounts(withNodes, named), edits), edits), edits);
};

/** A container's config.json with all edits, one after the other. */
export const applyEdits = async (spec: OciSpec, edits: readonly NamedEdits[]): Promise<OciSpec> => {
  let edited = spec;
  for (const named of edits) edited = await applyOne(edited, named);
  return edited;
};
