import { checkHost } from '../../config/check-host.ts';
import { type LoadedConfig, type LoadOptions, loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/problems.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { checkKernel } from './kernel.ts';
import { checkNetwork } from './network.ts';
import { checkPlaces } from './places.ts';
import { checkPrograms } from './programs.ts';
import { checkRegistries } from './registries.ts';
import { checkStorage } from './storage.ts';

const CORRECT = 'correct it: docs/reference/configuration.md has the rule of every key';

const configuration = (options: LoadOptions): { loaded?: LoadedConfig; findings: readonly Finding[] } => {
  try {
    const loaded = loadConfig(options);
    const doubts = loaded.warnings.map((found) => warning('configuration', found, 'remove what has no effect'));
    return { loaded, findings: [ok('configuration', `${options.file} is valid`), ...doubts] };
  } catch (failure) {
    if (!(failure instanceof ConfigError)) throw failure;
    return { findings: failure.problems.map((found) => error('configuration', found, CORRECT)) };
  }
};

export interface CheckOptions extends LoadOptions {
  readonly registries: readonly string[];
}

/** Looks at the configuration and at the host, and changes neither. */
export const check = async (options: CheckOptions): Promise<readonly Finding[]> => {
  const { loaded, findings } = configuration(options);
  const rest = [...findings, ...checkKernel()];
  if (loaded === undefined) return rest;
  const { config } = loaded;
  const unmet = (await checkHost(config)).map((found) => error('configuration', found, CORRECT));
  const network = checkNetwork(config.network);
  const [programs, places, registries] = await Promise.all([
    checkPrograms(config),
    checkPlaces(config),
    checkRegistries(options.registries),
  ]);
  return [...rest, ...unmet, ...checkStorage(config), ...programs, ...network, ...places, ...registries];
};
