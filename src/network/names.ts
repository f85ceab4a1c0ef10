// Names that end up in file names, environment values and kernel calls of plugins.

/** Name of a network (CNI specification, section 1). */
export const isNetworkName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,252}$/.test(name);

/** A plain file name: a type with a separator would run a program outside of the plugin directories (CVE-2021-20206). */
export const isPluginType = (type: string): boolean => /^[^/\\\0]{1,255}$/.test(type) && type !== '.' && type !== '..';

/** What the kernel takes as an interface name: 15 bytes, without `/`, `:` and blanks. */
export const isInterfaceName = (name: string): boolean =>
  /^[^/:\s\0]+$/.test(name) && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 15;
