/** What of the newer parts of the specification an OCI runtime implements. */
export interface RuntimeFeatures {
  readonly recursiveReadOnlyMounts: boolean;
  readonly idMappedMounts: boolean;
}

export const NO_FEATURES: RuntimeFeatures = { recursiveReadOnlyMounts: false, idMappedMounts: false };

/** From the JSON that `runc features` and `crun features` print (runtime-spec, features.md); anything else has none. */
export const parseRuntimeFeatures = (json: unknown): RuntimeFeatures => {
  const options = property(json, 'mountOptions');
  const idmap = property(property(property(json, 'linux'), 'mountExtensions'), 'idmap');
  return {
    recursiveReadOnlyMounts: Array.isArray(options) && options.includes('rro'),
    idMappedMounts: property(idmap, 'enabled') === true,
  };
};

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
