/** What of it mounts are about. */
export interface MountFeatures {
  readonly recursiveReadOnlyMounts: boolean;
  readonly idMappedMounts: boolean;
}

/** What of the newer parts of the specification an OCI runtime implements. */
export interface RuntimeFeatures extends MountFeatures {
  /** Moves interfaces of the host into the container's network namespace. */
  readonly netDevices: boolean;
  readonly rdtSchemata: boolean;
  readonly rdtMonitoring: boolean;
}

export const NO_FEATURES: RuntimeFeatures = {
  recursiveReadOnlyMounts: false,
  idMappedMounts: false,
  netDevices: false,
  rdtSchemata: false,
  rdtMonitoring: false,
};

/** From the JSON that `runc features` and `crun features` print (runtime-spec, features.md); anything else has none. */
export const parseRuntimeFeatures = (json: unknown): RuntimeFeatures => {
  const options = property(json, 'mountOptions');
  const linux = property(json, 'linux');
  const says = (...path: readonly string[]): boolean => path.reduce(property, linux) === true;
  return {
    recursiveReadOnlyMounts: Array.isArray(options) && options.includes('rro'),
    idMappedMounts: says('mountExtensions', 'idmap', 'enabled'),
    netDevices: says('netDevices', 'enabled'),
    rdtSchemata: says('intelRdt', 'schemata'),
    rdtMonitoring: says('intelRdt', 'monitoring'),
  };
};

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
