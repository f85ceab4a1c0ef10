import { randomBytes } from 'node:crypto';
import { invalidArgument } from '../errors.ts';

declare const brand: unique symbol;
type Branded<T extends string> = string & { readonly [brand]: T };

/** 64 lower-case hex digits. The kubelet joins statistics by it, so it holds no `-`. */
export type SandboxId = Branded<'sandbox'>;
/** 64 lower-case hex digits. */
export type ContainerId = Branded<'container'>;
/** `sha256:` and 64 lower-case hex digits: the digest of the image's configuration. */
export type ImageId = Branded<'image'>;

const FULL = /^[0-9a-f]{64}$/;

export const newSandboxId = (): SandboxId => randomBytes(32).toString('hex') as SandboxId;
export const newContainerId = (): ContainerId => randomBytes(32).toString('hex') as ContainerId;

export const isFullId = (text: string): boolean => FULL.test(text);
export const sandboxId = (text: string): SandboxId => checked(text, 'pod_sandbox_id') as SandboxId;
export const containerId = (text: string): ContainerId => checked(text, 'container_id') as ContainerId;

const checked = (text: string, field: string): string => {
  if (!FULL.test(text)) throw invalidArgument(field, 'must be 64 hex digits');
  return text;
};

const IMAGE = /^sha256:[0-9a-f]{64}$/;
export const imageId = (hex: string): ImageId => {
  const id = hex.startsWith('sha256:') ? hex : `sha256:${hex}`;
  if (!IMAGE.test(id)) throw invalidArgument('image', 'an image id is sha256: and 64 hex digits');
  return id as ImageId;
};
