import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TerminalSize } from '../../core/ports/container-runtime.ts';
import type { ContainerLayout } from '../container-layout.ts';

/** Files of one call of the runtime's `exec`, in the container's bundle. They are there for as long as the call takes. */
export interface CallFiles {
  /** The process, as config.md has it. */
  readonly process: string;
  readonly pid: string;
  readonly log: string;
}

export interface ProcessSpec {
  readonly command: readonly string[];
  /** Undefined: no terminal. */
  readonly terminal: { readonly size: TerminalSize | undefined } | undefined;
}

interface OciExecProcess {
  readonly env?: readonly string[];
}

const hasTerm = ({ env = [] }: OciExecProcess): boolean => env.some((entry) => entry.startsWith('TERM='));

/** The container's own process (user, environment, working directory, limits) with another command (config.md, "Process"). */
const execProcess = (own: OciExecProcess, { command, terminal }: ProcessSpec): object => {
  const { size } = terminal ?? {};
  const isSize = size !== undefined && size.width > 0 && size.height > 0;
  return {
    ...own,
    args: command,
    terminal: terminal !== undefined,
    ...(terminal !== undefined && !hasTerm(own) && { env: [...(own.env ?? []), 'TERM=xterm'] }),
    ...(isSize && { consoleSize: { width: size.width, height: size.height } }),
  };
};

export const writeCallFiles = async (layout: ContainerLayout, spec: ProcessSpec): Promise<CallFiles> => {
  const { process } = JSON.parse(await readFile(layout.spec, 'utf8')) as { process: OciExecProcess };
  const name = join(layout.bundle, `exec-${randomBytes(6).toString('hex')}`);
  const files = { process: `${name}.json`, pid: `${name}.pid`, log: `${name}.log` };
  await writeFile(files.process, JSON.stringify(execProcess(process, spec)), { mode: 0o600 });
  return files;
};

export const removeCallFiles = async (files: CallFiles): Promise<void> => {
  await Promise.all(Object.values(files).map((path: string) => rm(path, { force: true })));
};
