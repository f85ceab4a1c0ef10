const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/** 64-bit numbers become strings, as in protobuf's JSON. */
export const jsonText = (value: unknown): string => JSON.stringify(value ?? null, plain);

/** The `info` of a verbose status: clients look for the key `info` and take its text for JSON. */
export const verboseInfo = async (verbose: boolean, facts: () => unknown): Promise<Record<string, string>> =>
  verbose ? { info: jsonText(await facts()) } : {};
