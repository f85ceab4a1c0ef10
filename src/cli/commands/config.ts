import { readFileSync } from 'node:fs';
import type { ConfigResponse } from '../../adapters/node/generated/node.ts';
import type { BuildFlags } from '../../config/conflicts.ts';
import { type LoadedConfig, loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/problems.ts';
import { messageOf } from '../../core/errors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { fromContainerd } from '../migrate/containerd.ts';
import { fromCrio } from '../migrate/crio.ts';
import { fromDocker } from '../migrate/docker.ts';
import { fromIsulad } from '../migrate/isulad.ts';
import type { Migration } from '../migrate/result.ts';
import { dataText, type Format, tableText } from '../output.ts';

interface Row {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

export interface ShowCommand {
  readonly config: string;
  readonly fileRequired: boolean;
  readonly build: BuildFlags;
  readonly output: Format;
  /** The daemon's own answer, in place of the file's. */
  readonly running: ConfigResponse | undefined;
}

const rowsOfFile = ({ settings, sources }: LoadedConfig): readonly Row[] =>
  Object.entries(settings).map(([key, value]) => ({ key, value, source: Reflect.get(sources, key) as string }));

const rowsOfDaemon = ({ settings }: ConfigResponse): readonly Row[] =>
  settings.map(({ key, value, source }) => ({ key, value: JSON.parse(value) as unknown, source }));

const loaded = (command: Omit<ShowCommand, 'running' | 'output'>): LoadedConfig => {
  try {
    return loadConfig({ file: command.config, fileRequired: command.fileRequired, flags: {}, build: command.build });
  } catch (error) {
    throw error instanceof ConfigError ? new CommandFailure(error.problems.join('\njanus: ')) : error;
  }
};

/** Every key with its value and where that came from. */
export const showCommand = (command: ShowCommand): string => {
  const { running, output } = command;
  const rows = running === undefined ? rowsOfFile(loaded(command)) : rowsOfDaemon(running);
  if (output !== 'table') return dataText(rows, output);
  return tableText(
    ['KEY', 'SOURCE', 'VALUE'],
    rows.map(({ key, value, source }) => [key, source, JSON.stringify(value)]),
  );
};

export const validateCommand = (file: string, build: BuildFlags): { text: string; exitCode: number } => {
  try {
    const { warnings } = loadConfig({ file, fileRequired: true, flags: {}, build });
    return { text: `${[...warnings.map((each) => `warning: ${each}`), `${file} is valid`].join('\n')}\n`, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { text: `${error.problems.join('\n')}\n`, exitCode: EXIT.failure };
  }
};

const engines: Readonly<Record<string, (text: string) => Migration>> = {
  containerd: fromContainerd,
  crio: fromCrio,
  docker: fromDocker,
  isulad: fromIsulad,
};

/** daemon.json, and what could not be put into it. */
export const migrateCommand = (engine: string, file: string): { json: string; notes: readonly string[] } => {
  try {
    const migration = engines[engine]?.(readFileSync(file, 'utf8'));
    return { json: `${JSON.stringify(migration?.settings ?? {}, null, 2)}\n`, notes: migration?.notCarried ?? [] };
  } catch (error) {
    throw new CommandFailure(`${file}: ${messageOf(error)}`);
  }
};
