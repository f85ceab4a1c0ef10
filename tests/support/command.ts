import { spawnSync } from 'node:child_process';

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and gives what it wrote, whatever its exit code is. */
export const command = (path: string, args: readonly string[], input?: string): Result => {
  const { status, stdout, stderr, error } = spawnSync(path, args, {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    ...(input !== undefined && { input }),
  });
  if (error !== undefined) throw error;
  return { status: status ?? -1, stdout, stderr };
};

/** As `command`; any exit code but 0 throws with what the program said. */
export const mustRun = (path: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = command(path, args);
  if (status !== 0) throw new Error(`${path} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout.trim();
};
