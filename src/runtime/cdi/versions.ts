import { classOf } from './names.ts';
import type { CdiEdits, CdiSpec } from './schema.ts';

/** Released versions of the specification, in order. */
const VERSIONS: readonly string[] = [
  '0.1.0',
  '0.2.0',
  '0.3.0',
  '0.4.0',
  '0.5.0',
  '0.6.0',
  '0.7.0',
  '0.8.0',
  '1.0.0',
  '1.1.0',
];

const allEdits = ({ devices, containerEdits }: CdiSpec): readonly CdiEdits[] => [
  ...(containerEdits === undefined ? [] : [containerEdits]),
  ...devices.map((device) => device.containerEdits),
];

const some = (spec: CdiSpec, has: (edits: CdiEdits) => boolean): boolean => allEdits(spec).some(has);

/** What came with a version (SPEC.md, "Released versions"): a reader of an older one would not know it. */
const ADDED: readonly {
  readonly version: string;
  readonly what: string;
  readonly uses: (spec: CdiSpec) => boolean;
}[] = [
  {
    version: '0.4.0',
    what: 'types of mounts',
    uses: (spec) => some(spec, ({ mounts = [] }) => mounts.some(({ type }) => type !== undefined)),
  },
  {
    version: '0.5.0',
    what: 'host paths of device nodes',
    uses: (spec) => some(spec, ({ deviceNodes = [] }) => deviceNodes.some(({ hostPath }) => hostPath !== undefined)),
  },
  {
    version: '0.5.0',
    what: 'names that begin with a digit',
    uses: ({ devices }) => devices.some(({ name }) => /^\d/.test(name)),
  },
  {
    version: '0.6.0',
    what: 'annotations',
    uses: ({ annotations, devices }) =>
      [annotations, ...devices.map((device) => device.annotations)].some((each) => each !== undefined),
  },
  { version: '0.6.0', what: 'dots in a class', uses: ({ kind }) => classOf(kind).includes('.') },
  {
    version: '0.7.0',
    what: 'intelRdt and additionalGids',
    uses: (spec) =>
      some(spec, ({ intelRdt, additionalGids = [] }) => intelRdt !== undefined || additionalGids.length > 0),
  },
  {
    version: '1.1.0',
    what: 'netDevices, schemata and enableMonitoring',
    uses: (spec) =>
      some(
        spec,
        ({ netDevices, intelRdt }) =>
          netDevices !== undefined || intelRdt?.schemata !== undefined || intelRdt?.enableMonitoring !== undefined,
      ),
  },
];

/** Version 1.1.0 took these away. */
const usesDropped = (spec: CdiSpec): boolean =>
  some(spec, ({ intelRdt }) => intelRdt?.enableCMT !== undefined || intelRdt?.enableMBM !== undefined);

/** What is wrong with the version that a specification says it has; undefined: nothing. */
export const versionProblem = (spec: CdiSpec): string | undefined => {
  const own = VERSIONS.indexOf(spec.cdiVersion.replace(/^v/, ''));
  if (own < 0) return `cdiVersion: ${spec.cdiVersion} is no version of CDI that Janus knows`;
  if (own >= VERSIONS.indexOf('1.1.0') && usesDropped(spec))
    return 'cdiVersion: must be less than 1.1.0 for enableCMT and enableMBM';
  const missing = ADDED.findLast(({ version, uses }) => VERSIONS.indexOf(version) > own && uses(spec));
  return missing === undefined ? undefined : `cdiVersion: must be at least ${missing.version} for ${missing.what}`;
};
