import { access, constants } from 'node:fs/promises';
import type { Config } from './config.ts';
import { isProgram } from './find-program.ts';

/**
 * What a valid configuration asks of this machine and does not find: one line each, none if all is well.
 * Only reads. The group of the sockets is looked up by who sets it.
 */
export const checkHost = async (config: Config): Promise<readonly string[]> => [
  ...checkRuntimes(config),
  ...(await checkFiles(config)),
];

/** The built-in runtimes need not be installed unless something names them. */
const checkRuntimes = ({ defaultRuntime, runtimes, handlers }: Config): readonly string[] => {
  const needed = new Set([defaultRuntime, ...Object.values(handlers)]);
  return [...needed]
    .map((name) => ({ name, path: runtimes[name]?.path ?? '' }))
    .filter(({ path }) => !isProgram(path))
    .map(({ name, path }) => `runtime ${name}: ${path} is no program that can be run`);
};

const checkFiles = async ({ systemdCgroup, images, streaming }: Config): Promise<readonly string[]> => {
  const files = [
    ['registries-conf', images.registriesConf],
    ['streaming-tls', streaming.tls?.cert ?? ''],
    ['streaming-tls', streaming.tls?.key ?? ''],
    ['streaming-tls', streaming.tls?.ca ?? ''],
  ] as const;
  const named = files.filter(([, path]) => path !== '');
  const unreadable = await Promise.all(
    named.map(async ([key, path]) => ((await can(path, constants.R_OK)) ? [] : [`"${key}": ${path} cannot be read`])),
  );
  const systemd = systemdCgroup && !(await can(SYSTEMD, constants.F_OK));
  return [...unreadable.flat(), ...(systemd ? ['"systemd-cgroup": systemd does not run on this machine'] : [])];
};

/** As sd_booted(3) does. */
const SYSTEMD = '/run/systemd/system';

const can = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
