import { posix } from 'node:path';
import { invalidArgument } from '../../core/errors.ts';
import type { ContainerConfig } from '../../core/model/container.ts';
import type { ImageConfig } from '../../core/model/image.ts';
import { containerPath } from './paths.ts';

/**
 * Kubernetes' rule: `command` replaces entrypoint and cmd, `args` replaces cmd. An entrypoint of one empty string counts as none,
 * as Docker writes it to clear one. Errors: invalid-argument when nothing is left to run.
 */
export const processArgs = (config: ContainerConfig, image: ImageConfig): readonly string[] => {
  const args = config.command.length > 0 ? [...config.command, ...config.args] : overImage(config.args, image);
  if (args.length === 0) throw invalidArgument('command', 'no command specified');
  if (args[0] === '') throw invalidArgument('command', 'the first word must not be empty');
  if (args.some((word) => word.includes('\0'))) throw invalidArgument('command', 'must not hold a NUL');
  return args;
};

const overImage = (args: readonly string[], { entrypoint, cmd }: ImageConfig): readonly string[] => {
  const cleared = entrypoint.length === 1 && entrypoint[0] === '';
  return [...(cleared ? [] : entrypoint), ...(args.length > 0 ? args : cmd)];
};

// A descriptor of the runtime that leads out of the root file system (CVE-2024-21626).
const DESCRIPTOR = /^(\/proc\/[^/]+(\/task\/[^/]+)?\/fd|\/dev\/fd)(\/|$)/;

/** The request's directory, else the image's, else `/`. An image's relative one starts at `/`. */
export const workingDirectory = (config: ContainerConfig, image: ImageConfig): string => {
  const path =
    config.workingDir === '' ? posix.resolve('/', image.workingDir) : containerPath(config.workingDir, 'working_dir');
  if (path.includes('\0')) throw invalidArgument('working_dir', 'must not hold a NUL');
  if (DESCRIPTOR.test(path)) throw invalidArgument('working_dir', 'must not be a file descriptor');
  return path;
};
