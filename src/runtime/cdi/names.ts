/** Names of the Container Device Interface (SPEC.md, "CDI JSON Specification"). */

const VENDOR = /^[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const CLASS = VENDOR;
const DEVICE = /^[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?$/;

export const isDeviceName = (name: string): boolean => DEVICE.test(name);

/** `vendor/class`. */
export const isKind = (kind: string): boolean => {
  const [vendor = '', name = '', ...rest] = kind.split('/');
  return VENDOR.test(vendor) && CLASS.test(name) && rest.length === 0;
};

export const classOf = (kind: string): string => kind.slice(kind.indexOf('/') + 1);

/** `vendor/class=name`. */
export const isQualifiedName = (text: string): boolean => {
  const at = text.indexOf('=');
  return at > 0 && isKind(text.slice(0, at)) && isDeviceName(text.slice(at + 1));
};
