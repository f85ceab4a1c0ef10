import { invalidArgument } from '../../core/errors.ts';
import type { CgroupDriver, SandboxRecord } from '../../core/model/sandbox.ts';

/** Scope units are `janus-<id>.scope`: the kubelet joins statistics by the part after the last `-`. */
export const scopeName = (id: string): string => `janus-${id}.scope`;

/** systemd.slice(5): the root, or parts with one `-` between them. */
const SLICE = /^(-|[\w.:@]+(-[\w.:@]+)*)\.slice$/;

const PARTS = /^[\w.:@-]+(\/[\w.:@-]+)*$/;

/**
 * Checks a cgroup parent against its driver's rules: no `..`, no empty parts, and under systemd one slice unit.
 * Returns it in the form that driver writes it: `/kubepods/burstable/pod1`, or `kubepods-burstable-pod1.slice`.
 */
export const checkedParent = (parent: string, driver: CgroupDriver): string => {
  const field = 'config.linux.cgroup_parent';
  const bare = parent.replace(/^\/+|\/+$/g, '');
  if (!PARTS.test(bare) || bare.split('/').some((part) => part === '.' || part === '..'))
    throw invalidArgument(field, 'must be a path without empty parts, "." and ".."');
  if (driver === 'cgroupfs') return `/${bare}`;
  const unit = bare.split('/').at(-1) ?? '';
  if (!SLICE.test(unit)) throw invalidArgument(field, 'must be a .slice unit with the systemd cgroup driver');
  return unit;
};

/** Where systemd puts a slice: each `-` is one level (systemd.slice(5)). */
export const slicePath = (slice: string): string => {
  const name = slice.slice(0, -'.slice'.length);
  if (name === '-') return '';
  const parts = name.split('-');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
};

export const parentOf = ({ cgroupParent, cgroupDriver }: SandboxRecord): string =>
  checkedParent(cgroupParent, cgroupDriver);

/** Directory of the pod's parent cgroup, relative to the hierarchies' roots. */
export const parentDirectory = (sandbox: SandboxRecord): string => {
  const parent = parentOf(sandbox);
  return sandbox.cgroupDriver === 'systemd' ? slicePath(parent) : parent;
};

/** Directory of the cgroup of a sandbox or container with this id, relative to the hierarchies' roots. */
export const cgroupDirectory = (sandbox: SandboxRecord, id: string): string =>
  `${parentDirectory(sandbox)}/${sandbox.cgroupDriver === 'systemd' ? scopeName(id) : id}`;

/** `linux.cgroupsPath` of the OCI spec: a path, or `slice:prefix:name` with systemd. */
export const ociCgroupsPath = (sandbox: SandboxRecord, id: string): string => {
  const parent = parentOf(sandbox);
  return sandbox.cgroupDriver === 'systemd' ? `${parent}:janus:${id}` : `${parent}/${id}`;
};
