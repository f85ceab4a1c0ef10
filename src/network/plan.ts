import * as z from 'zod';
import { invalidArgument, JanusError } from '../core/errors.ts';
import type { SandboxConfig, SandboxRecord } from '../core/model/sandbox.ts';
import { type CapabilityArgs, capabilityArgs, runtimeConfig } from './capabilities.ts';
import { isInterfaceName } from './names.ts';
import type { NetworkList, PluginConfig } from './network-list.ts';
import type { PlannedNetwork, PlannedPlugin } from './planned.ts';

/** Other networks of a pod: a JSON list of `{"name", "interface"}`. */
export const NETWORKS_ANNOTATION = 'network.alpha.kubernetes.io/network';
const FIELD = `config.annotations[${NETWORKS_ANNOTATION}]`;
const DEFAULT_INTERFACE = 'eth0';
const MOST_NETWORKS = 32;

const annotation = z.array(z.object({ name: z.string(), interface: z.string().default('') })).max(MOST_NETWORKS);

/** The configured networks, the default one first, and the node's CIDRs for pods. */
export interface Configured {
  readonly networks: readonly NetworkList[];
  readonly podCidrs: readonly string[];
}

interface Asked {
  readonly name: string;
  /** Empty: any free one. */
  readonly interface: string;
}

const parseAnnotation = (text: string | undefined): readonly Asked[] => {
  if (text === undefined || text === '') return [];
  try {
    return annotation.parse(JSON.parse(text));
  } catch {
    throw invalidArgument(FIELD, `must be a JSON list of up to ${MOST_NETWORKS} {"name", "interface"}`);
  }
};

const freeInterface = (taken: ReadonlySet<string>): string => {
  let index = 1;
  while (taken.has(`eth${index}`)) index += 1;
  return `eth${index}`;
};

/** Interface names in the order asked for; none twice. The default network's own entry may be in the list. */
const withInterfaces = (asked: readonly Asked[]): readonly Asked[] => {
  const taken = new Set([DEFAULT_INTERFACE, 'lo']);
  for (const { interface: name } of asked) {
    if (name === '') continue;
    if (!isInterfaceName(name))
      throw invalidArgument(FIELD, `${JSON.stringify(name.slice(0, 64))} is no interface name`);
    if (taken.has(name)) throw invalidArgument(FIELD, `interface ${JSON.stringify(name)} is taken`);
    taken.add(name);
  }
  return asked.map((entry) => {
    const name = entry.interface || freeInterface(taken);
    taken.add(name);
    return { name: entry.name, interface: name };
  });
};

/** CNI_ARGS has no way to quote: a `;` in a value would be an argument of its own. */
const cniArgs = ({ id, config: { metadata } }: SandboxRecord): string => {
  const values = { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
  for (const [key, value] of Object.entries(values)) {
    if (/[;=\0]/.test(value)) throw invalidArgument(`config.metadata.${key}`, 'must not contain ";", "=" or NUL');
  }
  return [
    'IgnoreUnknown=1',
    `K8S_POD_NAMESPACE=${values.namespace}`,
    `K8S_POD_NAME=${values.name}`,
    `K8S_POD_INFRA_CONTAINER_ID=${id}`,
    `K8S_POD_UID=${values.uid}`,
  ].join(';');
};

const planPlugin = (plugin: PluginConfig, list: NetworkList, args: CapabilityArgs): PlannedPlugin => {
  const given = runtimeConfig(plugin.capabilities ?? {}, args);
  const { type, name: _name, cniVersions: _versions, ...own } = plugin;
  const { name, cniVersion } = list;
  return { type, config: { ...own, type, name, cniVersion, ...(given && { runtimeConfig: given }) } };
};

const isDefault = ({ name, interface: at }: Asked, list: NetworkList): boolean =>
  name === list.name && (at === '' || at === DEFAULT_INTERFACE);

const find = (name: string, networks: readonly NetworkList[]): NetworkList => {
  const list = networks.find((network) => network.name === name);
  if (list) return list;
  throw new JanusError(
    'failed-precondition',
    `${FIELD}: network ${JSON.stringify(name.slice(0, 253))} is not configured`,
  );
};

/** Host ports that no plugin of these networks is told of: a network may publish them by means of its own, and Janus cannot know. */
export const unpublishedPorts = (
  networks: readonly PlannedNetwork[],
  { portMappings }: SandboxConfig,
): readonly number[] => {
  const told = networks.some(({ plugins }) => plugins.some(({ config }) => hasPorts(config)));
  return told ? [] : portMappings.flatMap(({ hostPort }) => (hostPort > 0 ? [hostPort] : []));
};

const hasPorts = ({ runtimeConfig: given }: PlannedPlugin['config']): boolean =>
  typeof given === 'object' && given !== null && Object.hasOwn(given, 'portMappings');

/** Host ports lead to the pod's address in the default network, and the node's CIDRs are that network's. */
const ofOthers = ({ portMappings: _ports, ipRanges: _ranges, ...args }: CapabilityArgs): CapabilityArgs => args;

/**
 * The networks of a pod, the default one first. Throws "invalid-argument", or "failed-precondition" for a network that
 * is not configured.
 */
export const planNetworks = (sandbox: SandboxRecord, { networks, podCidrs }: Configured): readonly PlannedNetwork[] => {
  const [first] = networks;
  if (!first) throw new JanusError('failed-precondition', 'cni is not initialized');
  const args = cniArgs(sandbox);
  const capabilities = capabilityArgs(sandbox.config, podCidrs);
  const others = parseAnnotation(sandbox.config.annotations[NETWORKS_ANNOTATION]).filter(
    (entry) => !isDefault(entry, first),
  );
  const asked = [{ list: first, interface: DEFAULT_INTERFACE }].concat(
    withInterfaces(others).map((entry) => ({ list: find(entry.name, networks), interface: entry.interface })),
  );
  return asked.map(({ list, interface: interfaceName }) => ({
    network: list.name,
    interfaceName,
    cniVersion: list.cniVersion,
    args,
    plugins: list.plugins.map((plugin) =>
      planPlugin(plugin, list, interfaceName === DEFAULT_INTERFACE ? capabilities : ofOthers(capabilities)),
    ),
  }));
};
