import type { OciDevice, OciDeviceRule } from './oci.ts';

/** A device node of the host as a container gets it. */
export interface PreparedDevice extends OciDevice {
  /** Some of `rwm`. */
  readonly access: string;
}

const node = (major: number, minor?: number): OciDeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor !== undefined && { minor }),
  access: 'rwm',
});

/** null, zero, full, random, urandom, tty, console, ptmx and every pty: config-linux.md, "Default Devices". */
const DEFAULT_RULES: readonly OciDeviceRule[] = [
  node(1, 3),
  node(1, 5),
  node(1, 7),
  node(1, 8),
  node(1, 9),
  node(5, 0),
  node(5, 1),
  node(5, 2),
  node(136),
];

/** Privileged containers may use any device, others the default ones and those of the request. */
export const deviceRules = (devices: readonly PreparedDevice[], privileged: boolean): readonly OciDeviceRule[] => {
  if (privileged) return [{ allow: true, access: 'rwm' }];
  const requested = devices.map(({ type, major, minor, access }) => ({ allow: true, type, major, minor, access }));
  return [{ allow: false, access: 'rwm' }, ...DEFAULT_RULES, ...requested];
};

export const ociDevices = (devices: readonly PreparedDevice[]): readonly OciDevice[] =>
  devices.map(({ access: _, ...device }) => device);
