import { join } from 'node:path';
import { JanusError } from '../core/errors.ts';
import type { SandboxRecord } from '../core/model/sandbox.ts';
import type { RuntimeConfig } from '../config/config.ts';
import type { Command } from '../host/process.ts';

export interface OciRuntime {
  readonly path: string;
  /** Global options of every call for this pod, before the verb. */
  readonly globalArgs: readonly string[];
}

/** The runtimes of daemon.json, each with a state directory of its own. */
export const createOciRuntimes = (runtimes: Readonly<Record<string, RuntimeConfig>>, state: string) => {
  const of = ({ runtime, cgroupDriver }: SandboxRecord): OciRuntime => {
    const config = runtimes[runtime];
    if (config === undefined) throw new JanusError('failed-precondition', `runtime ${JSON.stringify(runtime)} is not configured any more`);
    const systemd = cgroupDriver === 'systemd' ? ['--systemd-cgroup'] : [];
    return { path: config.path, globalArgs: [...config.args, `--root=${join(state, 'runtimes', runtime)}`, ...systemd] };
  };
  const command = (sandbox: SandboxRecord, args: readonly string[]): Command => {
    const { path, globalArgs } = of(sandbox);
    return { path, args: [...globalArgs, ...args], cwd: '/' };
  };
  return { of, command };
};

export type OciRuntimes = ReturnType<typeof createOciRuntimes>;
