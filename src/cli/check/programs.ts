import type { Config } from '../../config/config.ts';
import { findProgram, isProgram } from '../../config/find-program.ts';
import { messageOf } from '../../core/errors.ts';
import { run } from '../../host/process.ts';
import { error, type Finding, ok } from './finding.ts';

/** Programs that every pod or pull needs, and the Debian packages that have them. */
const NEEDED = {
  conmon: 'conmon',
  catatonit: 'catatonit',
  skopeo: 'skopeo',
  'containers-storage': 'containers-storage',
};
const DEADLINE_MS = 5000;

const versionOf = async (path: string): Promise<string> => {
  const { stdout, exitCode } = await run({ path, args: ['--version'] }, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const [line = ''] = stdout.toString().split('\n');
  return exitCode === 0 ? line : 'it does not tell its version';
};

const checkProgram = async (name: string, path: string, advice: string): Promise<Finding> => {
  if (!isProgram(path)) return error(name, `${path} is no program that can be run`, advice);
  try {
    return ok(name, `${path}: ${await versionOf(path)}`);
  } catch (failure) {
    return error(name, `${path} cannot be run: ${messageOf(failure)}`, advice);
  }
};

/** The programs that the daemon starts. */
export const checkPrograms = async ({ defaultRuntime, runtimes, handlers }: Config): Promise<readonly Finding[]> => {
  const used = [...new Set([defaultRuntime, ...Object.values(handlers)])];
  return Promise.all([
    ...Object.entries(NEEDED).map(([name, debian]) =>
      checkProgram(name, findProgram(name), `install it: apt-get install ${debian}`),
    ),
    ...used.map((name) =>
      checkProgram(`runtime ${name}`, runtimes[name]?.path ?? '', `install ${name}, or give its path in "runtimes"`),
    ),
  ]);
};
