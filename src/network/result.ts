import * as z from 'zod';
import { JanusError } from '../core/errors.ts';
import { isCidr } from './cidr.ts';
import { FIRST_VERSION, hasLegacyResult, isSpoken } from './versions.ts';

const address = z.string().refine(isCidr, 'must be an address with prefix length');
const legacyIp = z.looseObject({ ip: address }).nullish();
const legacy = z.looseObject({ ip4: legacyIp, ip6: legacyIp });
const networkInterface = z.looseObject({ name: z.string().nullish(), sandbox: z.string().nullish() });
const current = z.looseObject({
  interfaces: z.array(networkInterface).nullish(),
  ips: z.array(z.looseObject({ address, interface: z.number().int().nullish() })).nullish(),
});

/** What a plugin answered to ADD: its whole JSON object, with `cniVersion` filled in. */
export type RawResult = Readonly<Record<string, unknown>>;

export interface AddResult {
  /** For the next plugin and for DEL. */
  readonly raw: RawResult;
  readonly ips: readonly { readonly address: string; readonly interface: ResultInterface | undefined }[];
}

interface ResultInterface {
  readonly name: string;
  /** Path of the namespace that it is in; empty: the host's. */
  readonly sandbox: string;
}

const invalid = (reason: string): JanusError => new JanusError('internal', reason);

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    // What nests too deeply to be written again is of no use to the next plugin.
    JSON.stringify(parsed);
    return parsed;
  } catch (cause) {
    throw new JanusError('internal', 'the result is not a JSON object', { cause });
  }
};

const checked = <T>(schema: z.ZodType<T>, raw: RawResult): T => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`result: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
};

const legacyAddresses = (raw: RawResult): AddResult['ips'] => {
  const { ip4, ip6 } = checked(legacy, raw);
  return [ip4, ip6].flatMap((ip) => (ip ? [{ address: ip.ip, interface: undefined }] : []));
};

const currentAddresses = (raw: RawResult): AddResult['ips'] => {
  const { ips, interfaces } = checked(current, raw);
  return (ips ?? []).map(({ address: text, interface: index }) => {
    if (typeof index !== 'number') return { address: text, interface: undefined };
    const found = interfaces?.[index];
    if (!found) throw invalid(`result: there is no interface ${index} for ${text}`);
    return { address: text, interface: { name: found.name ?? '', sandbox: found.sandbox ?? '' } };
  });
};

/**
 * Reads the result of ADD (CNI specification, section 5, and its older forms). A result without `cniVersion` is of
 * `version`, the configuration's. Throws "internal" only.
 */
export const parseResult = (text: string, version: string = FIRST_VERSION): AddResult => {
  const object = parseObject(text);
  const cniVersion = object['cniVersion'] || version;
  if (typeof cniVersion !== 'string' || !isSpoken(cniVersion)) {
    throw invalid(`result: cniVersion ${JSON.stringify(cniVersion).slice(0, 64)} is not spoken`);
  }
  const raw = { ...object, cniVersion };
  return { raw, ips: hasLegacyResult(cniVersion) ? legacyAddresses(raw) : currentAddresses(raw) };
};

/**
 * The pod's own addresses in the plugin's order, without prefix length. Addresses of interfaces on the host's side of
 * a link are not the pod's. A plugin may write the namespace's path in its own way: then the interface's name decides.
 */
export const podAddresses = (result: AddResult, pod: { netns: string; interfaceName: string }): readonly string[] =>
  result.ips
    .filter(({ interface: at }) => {
      if (!at || at.sandbox === pod.netns) return true;
      return at.sandbox !== '' && at.name === pod.interfaceName;
    })
    .map(({ address: text }) => text.slice(0, text.indexOf('/')));
