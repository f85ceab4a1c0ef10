import { realpath } from 'node:fs/promises';
import * as z from 'zod';
import { JanusError } from '../../core/errors.ts';
import type { OciSeccomp, OciSyscall } from './oci.ts';
import { readRegularFile } from './rootfs-files.ts';

const names = z.array(z.string().min(1)).nullish();

const condition = z
  .object({ caps: names, arches: names, minKernel: z.string().nullish() })
  .nullish()
  .transform((value) => ({
    caps: value?.caps ?? [],
    arches: value?.arches ?? [],
    minKernel: value?.minKernel ?? undefined,
  }));

// Numbers beyond 2^53 would not survive JSON.parse: such a profile is refused rather than changed.
const word = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const errno = word.nullish();

const argument = z.object({ index: word, value: word, valueTwo: word.nullish(), op: z.string() });

const rule = z.object({
  names: names,
  name: z.string().nullish(),
  action: z.string(),
  errnoRet: errno,
  args: z.array(argument).nullish(),
  includes: condition,
  excludes: condition,
});

/**
 * A profile as found in a file: the specification's own form (`architectures`), or moby's, which has `archMap` and rules that depend
 * on capabilities, architecture and kernel. Fields that neither has are dropped.
 */
const profile = z.object({
  defaultAction: z.string(),
  defaultErrnoRet: errno,
  architectures: names,
  archMap: z.array(z.object({ architecture: z.string(), subArchitectures: names })).nullish(),
  flags: names,
  listenerPath: z.string().nullish(),
  listenerMetadata: z.string().nullish(),
  syscalls: z.array(rule).nullish(),
});

export type SeccompProfile = z.infer<typeof profile>;
type Rule = z.infer<typeof rule>;
type Condition = z.infer<typeof condition>;

/** Errors: failed-precondition for text that is no profile; `path` names it. */
export const parseSeccompProfile = (text: string, path: string): SeccompProfile => {
  const fail = (cause: unknown): JanusError =>
    new JanusError('failed-precondition', `${path} is not a seccomp profile`, { cause });
  try {
    return profile.parse(JSON.parse(text));
  } catch (error) {
    throw fail(error);
  }
};

/** Errors: as above, and for a file that is not regular or larger than 1 MiB; a system error if it cannot be read. */
export const readSeccompProfile = async (path: string): Promise<SeccompProfile> =>
  parseSeccompProfile(await readRegularFile(await realpath(path), path), path);

/** What decides about a profile's conditional rules. */
export interface SeccompTarget {
  /** The container's bounding set. */
  readonly capabilities: readonly string[];
  /** As Go names it: `amd64`. */
  readonly arch: string;
  readonly kernel: readonly [major: number, minor: number];
}

/** The profile for one container: rules that do not apply to it left out, in the specification's form. */
export const resolveSeccomp = (source: SeccompProfile, target: SeccompTarget): OciSeccomp => {
  const architectures = source.architectures ?? architecturesOf(source, target.arch);
  const { defaultErrnoRet, flags, listenerPath, listenerMetadata } = source;
  return {
    defaultAction: source.defaultAction,
    ...(defaultErrnoRet != null && { defaultErrnoRet }),
    ...(architectures.length > 0 && { architectures }),
    ...(flags != null && { flags }),
    ...(listenerPath != null && { listenerPath }),
    ...(listenerMetadata != null && { listenerMetadata }),
    syscalls: (source.syscalls ?? []).filter((entry) => applies(entry, target)).map(toOciSyscall),
  };
};

const SCMP_ARCH: Readonly<Record<string, string>> = {
  amd64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
  arm: 'SCMP_ARCH_ARM',
  '386': 'SCMP_ARCH_X86',
  ppc64le: 'SCMP_ARCH_PPC64LE',
  s390x: 'SCMP_ARCH_S390X',
  riscv64: 'SCMP_ARCH_RISCV64',
};

const architecturesOf = ({ archMap }: SeccompProfile, arch: string): readonly string[] => {
  const native = SCMP_ARCH[arch];
  const entry = archMap?.find(({ architecture }) => architecture === native);
  return entry === undefined ? [] : [entry.architecture, ...(entry.subArchitectures ?? [])];
};

const applies = ({ includes, excludes }: Rule, target: SeccompTarget): boolean => {
  const excluded =
    excludes.caps.some((name) => target.capabilities.includes(name)) ||
    excludes.arches.includes(target.arch) ||
    (excludes.minKernel !== undefined && isAtLeast(target.kernel, excludes.minKernel));
  return !excluded && isIncluded(includes, target);
};

const isIncluded = ({ caps, arches, minKernel }: Condition, { capabilities, arch, kernel }: SeccompTarget): boolean =>
  caps.every((name) => capabilities.includes(name)) &&
  (arches.length === 0 || arches.includes(arch)) &&
  (minKernel === undefined || isAtLeast(kernel, minKernel));

const isAtLeast = ([major, minor]: readonly [number, number], wanted: string): boolean => {
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
};

const toOciSyscall = ({ names: list, name, action, errnoRet, args }: Rule): OciSyscall => ({
  names: list ?? (name == null ? [] : [name]),
  action,
  ...(errnoRet != null && { errnoRet }),
  ...(args != null &&
    args.length > 0 && {
      args: args.map(({ index, value, valueTwo, op }) => ({ index, value, ...(valueTwo != null && { valueTwo }), op })),
    }),
});
