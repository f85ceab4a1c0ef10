import * as z from 'zod';
import { JanusError, messageOf } from '../core/errors.ts';
import { isNetworkName, isPluginType } from './names.ts';
import { FIRST_VERSION, newestSpoken } from './versions.ts';

const pluginType = z.string().refine(isPluginType, 'must be a plain file name');

const plugin = z.looseObject({
  type: pluginType,
  capabilities: z.record(z.string(), z.boolean()).nullish(),
  ipam: z.looseObject({ type: pluginType.or(z.literal('')).nullish() }).nullish(),
});

const versioned = {
  name: z.string().refine(isNetworkName, 'must begin with a letter or digit and go on with those, "_", "." and "-"'),
  cniVersion: z.string().nullish(),
  cniVersions: z.array(z.string()).nullish(),
};

const single = plugin.extend(versioned);
const list = z.looseObject({ ...versioned, plugins: z.array(plugin).min(1) });

/** A plugin's own part of a configuration, with whatever else it holds for the plugin. */
export type PluginConfig = z.infer<typeof plugin>;

/** One network as an administrator configured it. */
export interface NetworkList {
  readonly name: string;
  readonly cniVersion: string;
  /** In the order of ADD; at least one. */
  readonly plugins: readonly PluginConfig[];
}

const invalid = (reason: string): JanusError => new JanusError('invalid-argument', reason);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`not JSON: ${messageOf(error)}`);
  }
};

const checked = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') || 'configuration'}: ${issue?.message ?? 'not valid'}`);
};

const versionOf = (config: {
  cniVersion?: string | null | undefined;
  cniVersions?: string[] | null | undefined;
}): string => {
  const named = [...(config.cniVersions ?? []), ...(config.cniVersion ? [config.cniVersion] : [])];
  const version = newestSpoken(named.length > 0 ? named : [FIRST_VERSION]);
  if (version === undefined) throw invalid(`cniVersion: ${JSON.stringify(named.join(', '))} is not spoken`);
  return version;
};

/**
 * Reads a network configuration: a list in a `.conflist` file, one plugin in `.conf` and `.json` (CNI specification,
 * section 1). Throws "invalid-argument" with the field and the rule.
 */
export const parseNetworkList = (text: string, fileName: string): NetworkList => {
  const value = parseJson(text);
  if (fileName.endsWith('.conflist')) {
    const config = checked(list, value);
    return { name: config.name, cniVersion: versionOf(config), plugins: config.plugins };
  }
  const config = checked(single, value);
  return { name: config.name, cniVersion: versionOf(config), plugins: [config] };
};
