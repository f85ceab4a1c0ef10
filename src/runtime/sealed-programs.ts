import { closeSync, mkdirSync, readFileSync, renameSync, rmSync, type Stats, statSync, symlinkSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { sealedFile } from '../host/libc/files.ts';

/** These copy themselves into a sealed file before they enter a container, so that no container can change the program on the host (CVE-2019-5736), and then start again from it. */
const COPY_THEMSELVES = new Set(['runc', 'crun']);
const ELF = Buffer.from('\x7fELF', 'latin1');

interface Sealed {
  /** What stands for the program on the disk: it changes with an upgrade. */
  readonly version: string;
  readonly link: string;
}

const versionOf = ({ dev, ino, size, mtimeMs }: Stats): string => [dev, ino, size, mtimeMs].join(' ');

/** The link, put in its place in one step: somebody may be starting from it. */
const replaceLink = (directory: string, name: string, target: string): string => {
  const [link, draft] = [join(directory, name), join(directory, `.${name}`)];
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, link);
  return link;
};

/** Undefined: a script, whose interpreter could not read it from there. */
const seal = (path: string, directory: string): string | undefined => {
  const content = readFileSync(path);
  if (!content.subarray(0, ELF.length).equals(ELF)) return undefined;
  const name = basename(path);
  const fd = sealedFile(name, content);
  try {
    return replaceLink(directory, name, `/proc/${process.pid}/fd/${fd}`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/**
 * Where a runtime's program is started from: a copy that is sealed already, as long as this daemon runs, which spares those calls their own copying (9 % of
 * runc's `exec`, 2 ms of a call of crun), or the program itself where there can be none. An upgrade of the program is seen at the next call; the copy
 * of before stays in memory until the daemon ends, since somebody may be starting from it. See docs/adr/0012.
 */
export const createSealedPrograms = (directory: string): ((runtime: string, path: string) => string) => {
  const known = new Map<string, Sealed>();

  const sealed = (runtime: string, path: string, version: string): Sealed => {
    const before = known.get(runtime);
    if (before?.version === version) return before;
    const own = { version, link: linkOf(runtime, path) };
    known.set(runtime, own);
    return own;
  };

  const linkOf = (runtime: string, path: string): string => {
    try {
      return seal(path, join(directory, runtime)) ?? path;
    } catch {
      // No sealed files on this kernel, or none that can be executed (vm.memfd_noexec): the runtime makes its own, or says what is wrong.
      return path;
    }
  };

  return (runtime, path) => {
    if (!isAbsolute(path) || !COPY_THEMSELVES.has(basename(path))) return path;
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? path : sealed(runtime, path, versionOf(stats)).link;
  };
};
