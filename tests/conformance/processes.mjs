import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/**
 * Starts a program with its output in a file, as the leader of a process group of its own.
 * @returns {{ pid: number, ended: Promise<string> }} `ended` resolves to 'exit 0', 'exit N', 'signal NAME' or the reason it did not start
 */
export function start(file, args, { log, ...options }) {
  const output = openSync(log, 'a');
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit ${code}` : `signal ${signal}`));
  });
  return { pid: child.pid, ended };
}

/** SIGTERM, and SIGKILL to the whole group when the leader has not ended after `grace` milliseconds. */
export async function stop(child, grace) {
  if (child.pid === undefined) return child.ended;
  kill(child.pid, 'SIGTERM');
  const timer = setTimeout(() => kill(-child.pid, 'SIGKILL'), grace);
  const end = await child.ended;
  clearTimeout(timer);
  return end;
}

/** A process that has ended is no error. */
export function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Runs a program to its end and returns its exit status and output. */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output: output.trim() }));
  });
}
