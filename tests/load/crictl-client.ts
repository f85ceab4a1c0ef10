import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bed } from '../support/bed.ts';
import { tool } from '../support/paths.ts';

export interface Client {
  /** For tables: `crictl 1.36 websocket`. */
  readonly name: string;
  readonly path: string | undefined;
  readonly transport: readonly string[];
}

export const clients: readonly Client[] = [
  { name: 'crictl 1.25 spdy', path: tool('crictl-1.25'), transport: [] },
  { name: 'crictl 1.36 spdy', path: tool('crictl-1.36'), transport: ['--transport', 'spdy'] },
  { name: 'crictl 1.36 websocket', path: tool('crictl-1.36'), transport: ['--transport', 'websocket'] },
];

export interface Piped {
  readonly process: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves with 0, or rejects with what it complained of. */
  readonly done: Promise<number>;
}

/** Starts crictl: `exec`, say, with the arguments after the options. */
export const start = (
  bed: Bed,
  { path, transport }: Client,
  [verb, ...args]: readonly [string, ...string[]],
): Piped => {
  const config = join(bed.directory, 'crictl.yaml');
  writeFileSync(config, '');
  const endpoint = `unix://${bed.socket}`;
  const flags = ['--config', config, '-r', endpoint, '-i', endpoint, '--timeout', '60s'];
  const process = spawn(path ?? '', [...flags, verb, ...transport, ...args], { stdio: 'pipe' });
  const said: Buffer[] = [];
  process.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const done = once(process, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`crictl ${verb} ended with ${String(code)}: ${Buffer.concat(said).toString()}`);
    return 0;
  });
  return { process, stdin: process.stdin, stdout: process.stdout, done };
};

export const digestOf = async (stream: Readable): Promise<string> => {
  const hash: Hash = createHash('sha256');
  await pipeline(stream, hash);
  return hash.digest('hex');
};
