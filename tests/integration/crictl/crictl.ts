import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from '../../support/bed.ts';
import { command, type Result } from '../../support/command.ts';
import { tool } from '../../support/paths.ts';

/** Releases of crictl by what they speak: v1alpha2, v1 with v1alpha2 to fall back to, v1. */
export type Release = '1.23' | '1.25' | '1.29' | '1.36';

/** Whether scripts/test-tools.sh has built it. */
export const isThere = (release: Release): boolean => tool(`crictl-${release}`) !== undefined;

export interface Crictl {
  /** What it wrote, trimmed; fails with what it complained of. */
  run(...args: readonly string[]): string;
  json(...args: readonly string[]): unknown;
  /** Whatever its exit status is. */
  try(...args: readonly string[]): Result;
}

/** crictl of one release against the daemon of a bed. */
export const crictlOf = (release: Release, bed: Bed): Crictl => {
  const config = join(bed.directory, 'crictl.yaml');
  // A file that says nothing, instead of that of this machine.
  writeFileSync(config, '');
  const endpoint = `unix://${bed.socket}`;
  const flags = ['--config', config, '-r', endpoint, '-i', endpoint, '--timeout', '60s'];
  const start = (args: readonly string[]): Result => {
    const path = tool(`crictl-${release}`);
    if (path === undefined) throw new Error(`crictl ${release} is not there`);
    return command(path, [...flags, ...args]);
  };
  const run = (args: readonly string[]): string => {
    const { status, stdout, stderr } = start(args);
    if (status !== 0) throw new Error(`crictl ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  return { run: (...args) => run(args), json: (...args) => JSON.parse(run(args)), try: (...args) => start(args) };
};

/** Writes the files that `runp` and `create` take, in the spelling of crictl. */
export const writeConfigs = (bed: Bed, name: string): { readonly pod: string; readonly container: string } => {
  const [pod, container] = [join(bed.directory, `${name}-pod.json`), join(bed.directory, `${name}-container.json`)];
  const linux = { security_context: { namespace_options: { network: 0, pid: 1, ipc: 0 } } };
  const podConfig = {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, attempt: 1 },
    labels: { app: name },
    annotations: { note: 'ä' },
    log_directory: join(bed.logs, name),
    linux,
  };
  const containerConfig = {
    metadata: { name: 'main', attempt: 2 },
    image: { image: 'janus-test' },
    command: ['sh', '-c', 'trap "exit 0" TERM; echo "hello $WHO"; while true; do sleep 0.1; done'],
    envs: [{ key: 'WHO', value: 'crictl' }],
    labels: { role: 'main' },
    log_path: 'main.log',
    linux,
  };
  writeFileSync(pod, JSON.stringify(podConfig));
  writeFileSync(container, JSON.stringify(containerConfig));
  return { pod, container };
};
