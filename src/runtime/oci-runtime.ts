import { basename, join } from 'node:path';
import type { RuntimeConfig } from '../config/config.ts';
import { JanusError } from '../core/errors.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { Command } from '../host/process.ts';
import { createSealedPrograms } from './sealed-programs.ts';

export interface OciRuntime {
  readonly path: string;
  /** Global options of every call for this pod, before the verb. */
  readonly globalArgs: readonly string[];
}

/** The runtimes of daemon.json, each with a state directory of its own. */
export const createOciRuntimes = (runtimes: Readonly<Record<string, RuntimeConfig>>, state: string) => {
  const programOf = createSealedPrograms(join(state, 'programs'));
  const rootOf = (name: string): string => join(state, 'runtimes', name);
  const rootOption = (name: string): string => `--root=${rootOf(name)}`;
  const of = ({ runtime, cgroupDriver }: SandboxRecord): OciRuntime => {
    const config = runtimes[runtime];
    if (config === undefined)
      throw new JanusError('failed-precondition', `runtime ${JSON.stringify(runtime)} is not configured any more`);
    const systemd = cgroupDriver === 'systemd' ? ['--systemd-cgroup'] : [];
    return { path: programOf(runtime, config.path), globalArgs: [...config.args, rootOption(runtime), ...systemd] };
  };
  const command = (sandbox: SandboxRecord, args: readonly string[]): Command => {
    const { path, globalArgs } = of(sandbox);
    return { path, args: [...globalArgs, ...args], cwd: '/' };
  };
  /** Where runc's `create` leaves a container's first process waiting. Undefined: another runtime, or a script which may do more at `start` than runc does. */
  const startFifo = ({ runtime }: SandboxRecord, id: string): string | undefined => {
    const path = runtimes[runtime]?.path ?? '';
    const isRunc = basename(path) === 'runc' && programOf(runtime, path) !== path;
    return isRunc ? join(rootOf(runtime), id, 'exec.fifo') : undefined;
  };
  /** The same verb of every runtime, for a container of which nobody knows whose it is. */
  const commands = (args: readonly string[]): readonly Command[] =>
    Object.entries(runtimes).map(([name, config]) => ({
      path: programOf(name, config.path),
      args: [...config.args, rootOption(name), ...args],
      cwd: '/',
    }));
  return { of, command, commands, startFifo };
};

export type OciRuntimes = ReturnType<typeof createOciRuntimes>;
