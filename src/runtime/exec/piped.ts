import { closeSync } from 'node:fs';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import type { OwnStream } from '../../host/libc/descriptors.ts';
import { pipe } from '../../host/libc/files.ts';
import { readEnd, writeEnd } from '../../host/process.ts';
import type { ExecEnvironment } from './exec-environment.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

/** A process in a container with its streams, which are the caller's to destroy. */
export interface PipedProcess {
  readonly process: StartedProcess;
  /** Undefined: it reads from /dev/null. */
  readonly stdin: OwnStream | undefined;
  readonly stdout: OwnStream;
  readonly stderr: OwnStream;
}

export interface PipedRequest {
  readonly ref: ContainerRef;
  readonly command: readonly string[];
  readonly withStdin: boolean;
}

const closeAll = (fds: readonly number[]): void => {
  for (const fd of fds) closeSync(fd);
};

/** Not the host's /dev/null, whose mode a process of the container could change by /proc/self/fd. */
const atItsEnd = (): number => {
  const [read, write] = pipe();
  closeSync(write);
  return read;
};

/** Starts a process without a terminal; its outputs are pipes of their own, and so is its input if it is to have one. */
export const startPiped = async (
  env: ExecEnvironment,
  request: PipedRequest,
  signal: AbortSignal,
): Promise<PipedProcess> => {
  const { ref, command, withStdin } = request;
  const [[outRead, outWrite], [errRead, errWrite]] = [pipe(), pipe()];
  const [inRead, inWrite] = withStdin ? pipe() : [atItsEnd(), undefined];
  try {
    const process = await startProcess(
      env,
      { ref, command, terminal: undefined, fds: [inRead, outWrite, errWrite] },
      signal,
    );
    return {
      process,
      stdin: inWrite === undefined ? undefined : { fd: inWrite, stream: writeEnd(inWrite) },
      stdout: { fd: outRead, stream: readEnd(outRead) },
      stderr: { fd: errRead, stream: readEnd(errRead) },
    };
  } catch (error) {
    closeAll([outRead, errRead, ...(inWrite === undefined ? [] : [inWrite])]);
    throw error;
  } finally {
    closeAll([inRead, outWrite, errWrite]);
  }
};
