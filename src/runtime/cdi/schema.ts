import { isAbsolute } from 'node:path';
import * as z from 'zod';
import { HOOK_NAMES, hookFields } from '../hooks/schema.ts';
import { isDeviceName, isKind } from './names.ts';

const text = z.string('must be a string');
const filled = text.min(1, 'must not be empty');
const path = text.refine(isAbsolute, 'must be an absolute path');
const id = z
  .number('must be a number')
  .int('must be whole')
  .min(0, 'must not be negative')
  .max(2 ** 32 - 1);

const deviceNode = z.strictObject({
  path,
  /** Where it is on the host; absent: as in the container. */
  hostPath: path.optional(),
  type: z.enum(['b', 'c', 'u', 'p'], 'must be b, c, u or p').optional(),
  major: id.optional(),
  minor: id.optional(),
  fileMode: id.optional(),
  permissions: text.regex(/^[rwm]{0,3}$/, 'must be made of r, w and m').optional(),
  uid: id.optional(),
  gid: id.optional(),
});

const mount = z.strictObject({
  hostPath: filled,
  containerPath: path,
  type: text.optional(),
  options: z.array(text).optional(),
});

const hook = z.strictObject({
  hookName: z.enum(HOOK_NAMES, `must be one of ${HOOK_NAMES.join(', ')}`),
  ...hookFields,
});

/** As the kernel takes it (net/core/dev.c, dev_valid_name). */
const interfaceName = text
  .regex(/^[^/:\s]{1,15}$/, 'must be the name of an interface')
  .refine((name) => name !== '.' && name !== '..', 'must be the name of an interface');

const netDevice = z.strictObject({ hostInterfaceName: interfaceName, name: interfaceName });

const distinct = <T>(entries: readonly T[], of: (entry: T) => string): boolean =>
  new Set(entries.map(of)).size === entries.length;

const intelRdt = z.strictObject({
  closID: text
    .refine((name) => name !== '.' && name !== '..' && !/[/\n]/.test(name) && name.length < 4096, 'must be a file name')
    .optional(),
  l3CacheSchema: text.optional(),
  memBwSchema: text.optional(),
  enableCMT: z.boolean().optional(),
  enableMBM: z.boolean().optional(),
  schemata: z.array(text).optional(),
  enableMonitoring: z.boolean().optional(),
});

const edits = z.strictObject({
  env: z.array(text.regex(/^[^=\0]+=[^\0]*$/, 'must be NAME=value')).optional(),
  deviceNodes: z.array(deviceNode).optional(),
  netDevices: z
    .array(netDevice)
    .refine((all) => distinct(all, ({ hostInterfaceName }) => hostInterfaceName), 'must not name an interface twice')
    .refine((all) => distinct(all, ({ name }) => name), 'must not give a name twice')
    .optional(),
  mounts: z.array(mount).optional(),
  hooks: z.array(hook).optional(),
  intelRdt: intelRdt.optional(),
  additionalGids: z.array(id).optional(),
});

const annotations = z.record(filled, text).optional();

const device = z.strictObject({
  name: text.refine(isDeviceName, 'must be the name of a device'),
  annotations,
  containerEdits: edits.refine((given) => Object.keys(given).length > 0, 'must not be empty'),
});

/** A CDI specification file; a field that it does not have makes it invalid, as for other readers. */
export const cdiSpecSchema = z.strictObject({
  cdiVersion: text,
  kind: text.refine(isKind, 'must be vendor/class'),
  annotations,
  devices: z
    .array(device)
    .min(1, 'must not be empty')
    .refine((devices) => distinct(devices, ({ name }) => name), 'must not have a name twice'),
  containerEdits: edits.optional(),
});

export type CdiSpec = z.output<typeof cdiSpecSchema>;
export type CdiDevice = z.output<typeof device>;
export type CdiEdits = z.output<typeof edits>;
export type CdiDeviceNode = z.output<typeof deviceNode>;
export type CdiMount = z.output<typeof mount>;
export type CdiHook = z.output<typeof hook>;
