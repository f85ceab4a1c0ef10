import { readFileSync } from 'node:fs';
import { errnoOf, messageOf } from '../core/errors.ts';
import type { Config } from './config.ts';
import { type BuildFlags, conflicts } from './conflicts.ts';
import { defaultSettings } from './defaults.ts';
import { effectiveConfig } from './effective.ts';
import { findProgram } from './find-program.ts';
import { parseJson } from './json.ts';
import { ConfigError, checkSettings, fileLabel, flagLabel, type Source } from './problems.ts';
import { IGNORED_KEYS, isSettingKey, type SettingKey, type Settings, settingsSchema } from './settings.ts';

export interface LoadOptions {
  /** Path of daemon.json. */
  readonly file: string;
  /** Whether somebody asked for just this file: then it has to be there. */
  readonly fileRequired: boolean;
  /** What the command line gave, by the keys and in the forms of daemon.json. */
  readonly flags: Partial<Record<SettingKey, unknown>>;
  readonly build: BuildFlags;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One line each; the configuration can be used all the same. */
  readonly warnings: readonly string[];
  /** Every key that has a value. */
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingKey, Source>>;
}

/**
 * Reads daemon.json and puts the flags above it and the defaults below. A flag replaces the file's value; `hosts` may
 * be in one of them only. Nothing but the file is read; see checkHost for the rest of the machine.
 * Throws a ConfigError with all problems at once.
 */
export const loadConfig = ({ file, fileRequired, flags, build }: LoadOptions): LoadedConfig => {
  const content = readSettings(file, fileRequired);
  const fromFile = checkSettings(content.values, fileLabel(file));
  const fromFlags = checkSettings(flags, flagLabel);
  const problems = [...content.problems, ...fromFile.problems, ...fromFlags.problems];
  if (content.values.hosts !== undefined && flags.hosts !== undefined)
    problems.push(`${fileLabel(file)('hosts')} and ${flagLabel('hosts')}: must be given in one of the two only`);
  if (problems.length > 0) throw new ConfigError(problems);

  const settings: Settings = { ...fromFile.settings, ...fromFlags.settings };
  const config = effectiveConfig(settings, findProgram);
  const sources = sourcesOf(fromFile.settings, fromFlags.settings);
  const label = (key: SettingKey): string => (sources[key] === 'flag' ? flagLabel : fileLabel(file))(key);
  const between = conflicts({ config, settings, build, label });
  if (between.length > 0) throw new ConfigError(between);
  return {
    config,
    warnings: [...content.warnings, ...doubts(config, settings, label)],
    settings: { ...defaultSettings, 'cgroup-parent': config.cgroupParent, ...settings },
    sources,
  };
};

interface Content {
  readonly values: Partial<Record<SettingKey, unknown>>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const readSettings = (file: string, required: boolean): Content => {
  const text = readText(file, required);
  if (text === undefined) return { values: {}, problems: [], warnings: [] };
  const { value, duplicateKeys } = parse(file, text);
  const entries = Object.entries(value);
  const ignored = entries.map(([key]) => key).filter((key) => IGNORED_KEYS.has(key));
  const unknown = entries.map(([key]) => key).filter((key) => !isSettingKey(key) && !IGNORED_KEYS.has(key));
  return {
    values: Object.fromEntries(entries.filter(([key]) => isSettingKey(key))),
    problems: unknown.map((key) => `${fileLabel(file)(key)}: is no key that Janus or iSulad knows`),
    warnings: [
      ...duplicateKeys.map((key) => `${fileLabel(file)(key)}: stands more than once, the last one counts`),
      ...(ignored.length > 0 ? [`${file}: known, but without effect in Janus: ${ignored.join(', ')}`] : []),
    ],
  };
};

const readText = (file: string, required: boolean): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !required) return undefined;
    throw new ConfigError([`${file}: cannot be read: ${messageOf(error)}`]);
  }
};

const parse = (file: string, text: string): { value: object; duplicateKeys: readonly string[] } => {
  try {
    const { value, duplicateKeys } = parseJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('must be a JSON object');
    return { value, duplicateKeys };
  } catch (error) {
    throw new ConfigError([`${file}: ${messageOf(error)}`]);
  }
};

const sourcesOf = (file: Settings, flags: Settings): Readonly<Record<SettingKey, Source>> => {
  const sources = settingsSchema.keyof().options.map((key): [SettingKey, Source] => {
    if (flags[key] !== undefined) return [key, 'flag'];
    return [key, file[key] === undefined ? 'default' : 'file'];
  });
  return Object.fromEntries(sources) as Record<SettingKey, Source>;
};

const doubts = (config: Config, settings: Settings, label: (key: SettingKey) => string): readonly string[] => [
  ...(config.enablePodEvents && !config.enableCriV1
    ? [`${label('enable-pod-events')}: has no effect without "enable-cri-v1", which has the call for events`]
    : []),
  ...(settings['tracing-sampling-rate-per-million'] !== undefined && config.tracing === undefined
    ? [`${label('tracing-sampling-rate-per-million')}: has no effect without "tracing-endpoint"`]
    : []),
];
