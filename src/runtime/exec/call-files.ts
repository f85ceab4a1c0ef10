import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../core/model/sandbox.ts';
import type { TerminalSize } from '../../core/ports/container-runtime.ts';
import type { ContainerLayout } from '../container-layout.ts';

/** Files of one call of the runtime's `exec`, in the container's bundle. */
export interface CallFiles {
  /** The process, as config.md has it. */
  readonly process: string;
  /** Stays for as long as the process runs, so that a later daemon finds it. */
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

export const writeCallFiles = (layout: ContainerLayout, spec: ProcessSpec): CallFiles => {
  const { process } = JSON.parse(readFileSync(layout.spec, 'utf8')) as { process: OciExecProcess };
  const name = join(layout.bundle, `exec-${randomBytes(6).toString('hex')}`);
  const files = { process: `${name}.json`, pid: `${name}.pid`, log: `${name}.log` };
  writeFileSync(files.process, JSON.stringify(execProcess(process, spec)), { mode: 0o600 });
  return files;
};

/** All of them, or once the process runs all but the file that says so. */
export const removeCallFiles = ({ process, pid, log }: CallFiles, isRunning: boolean): void => {
  for (const path of isRunning ? [process, log] : [process, log, pid]) rmSync(path, { force: true });
};

/** Puts the start time behind the pid that the runtime has written: pids are used again. */
export const identifyCall = ({ pid }: CallFiles, { startTime }: ProcessIdentity): void =>
  appendFileSync(pid, ` ${startTime}`);

/** A process that an earlier daemon started and could not see end; the start time is missing if it did not come so far. */
export interface LeftCall {
  readonly pid: number;
  readonly startTime: string | undefined;
}

export interface LeftCalls {
  readonly calls: readonly LeftCall[];
  /** Removes the files. */
  forget(): Promise<void>;
}

const leftCall = async (file: string): Promise<LeftCall> => {
  const [pid, startTime] = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ');
  return { pid: Number(pid), startTime };
};

/** What calls of an earlier daemon have left in the bundle. */
export const leftCalls = async ({ bundle }: ContainerLayout): Promise<LeftCalls> => {
  const names = await readdir(bundle).catch(() => []);
  const files = names.filter((name) => /^exec-[0-9a-f]{12}\./.test(name)).map((name) => join(bundle, name));
  return {
    calls: await Promise.all(files.filter((name) => name.endsWith('.pid')).map(leftCall)),
    forget: async () => void (await Promise.all(files.map((file) => rm(file, { force: true })))),
  };
};
