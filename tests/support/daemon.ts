import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from './bed.ts';
import { end } from './end.ts';
import { dist, repository } from './paths.ts';
import { until } from './wait.ts';

export interface RunningDaemon {
  readonly pid: number;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  log(): string;
}

/** A daemon of which its start and its end can be awaited. */
export interface SpawnedDaemon extends RunningDaemon {
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  serves(): boolean;
}

/** daemon.json of a bed; `extra` keys go on top. */
export const writeConfig = (bed: Bed, extra: Readonly<Record<string, unknown>> = {}): string => {
  const path = join(bed.directory, 'daemon.json');
  const config = {
    hosts: [`unix://${bed.socket}`],
    graph: bed.graph,
    state: bed.state,
    pidfile: bed.pidfile,
    'log-driver': 'stdout',
    'log-level': 'DEBUG',
    'network-plugin': 'cni',
    'cni-conf-dir': bed.cniDirectory,
    'cni-bin-dir': '/usr/lib/cni',
    'cgroup-parent': bed.cgroupParent,
    'enable-cri-v1': true,
    'streaming-port': 0,
    ...extra,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
};

/** Node's options of the command janusd, whose first line is `#!/usr/bin/env -S node OPTION...`. */
const nodeOptions = (): readonly string[] => {
  const [first = ''] = readFileSync(join(repository, 'bin/janusd'), 'utf8').split('\n');
  const [, options] = /^#!\/usr\/bin\/env -S node (.*)$/.exec(first) ?? [];
  if (options === undefined) throw new Error(`bin/janusd begins with ${first}`);
  return options.split(' ');
};

/** Starts the built daemon; `launcher` is a program, with its arguments, that execs what follows them, so that the process stays the child. */
export const spawnDaemon = (
  bed: Bed,
  extra: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
  launcher: readonly string[] = [],
): SpawnedDaemon => {
  const main = `import { main } from ${JSON.stringify(join(dist, 'daemon/cli.js'))}; await main(process.argv)`;
  const node = [process.execPath, ...nodeOptions(), '--input-type=module', '-e', main];
  const [path = '', ...args] = [...launcher, ...node, 'janusd', '--config', writeConfig(bed, extra)];
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return {
    pid: child.pid ?? 0,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => void (await end(child, 'SIGKILL')),
    ended: once(child, 'exit').then(() => undefined),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    serves: () => log.includes('serving'),
    log: () => log,
  };
};

/** As spawnDaemon; resolves when it serves, and fails with its output if it ends before. */
export const startDaemon = async (...args: Parameters<typeof spawnDaemon>): Promise<SpawnedDaemon> => {
  const daemon = spawnDaemon(...args);
  await until(
    'the daemon serves',
    () => {
      if (daemon.hasEnded()) throw new Error(`the daemon ended: ${daemon.log()}`);
      return daemon.serves();
    },
    60,
  );
  return daemon;
};
