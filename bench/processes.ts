import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** Its arguments, with a NUL between. */
  readonly line: string;
}

/** The text of a file of proc(5); empty when its process has ended. */
export const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Processes whose arguments or cgroup name one of the ids: monitors, shims, pauses and what runs in the containers. */
export const namedBy = (ids: readonly string[]): readonly Process[] => {
  const wanted = new Set(ids);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), line: textOf(`/proc/${name}/cmdline`).replace(/\0$/, '') }))
    .filter(({ pid, line }) => {
      const said = `${line}\n${textOf(`/proc/${pid}/cgroup`)}`.match(/[0-9a-f]{64}/g) ?? [];
      return line !== '' && said.some((id) => wanted.has(id));
    });
};
