import { resolve } from 'node:path';
import { type LoadedConfig, loadConfig } from '../../config/load.ts';
import { ConfigError } from '../../config/problems.ts';
import { messageOf } from '../../core/errors.ts';
import type { Build } from '../../daemon/build.ts';
import { check } from '../check/check.ts';
import { connect, type NodeApi } from '../client.ts';
import { dataText } from '../output.ts';
import { writeArchive } from '../report/archive.ts';
import { hostFacts } from '../report/host-facts.ts';
import { logTail } from '../report/log-tail.ts';
import { recordFacts } from '../report/records.ts';
import { settingWithoutSecrets, withoutSecrets } from '../report/secrets.ts';

export interface BugReport {
  readonly config: string;
  readonly fileRequired: boolean;
  readonly build: Build;
  readonly socket: string;
  /** Of the archive; undefined: one named after this moment, here. */
  readonly file: string | undefined;
  /** Of the log. */
  readonly lines: number;
}

const README = `What an operator's "janus bug-report" has gathered:

versions.json  of Janus, and which CRI versions the build has
host.json      distribution, kernel, memory, disks
check.json     what "janus check" found
config.json    daemon.json: every key with its value and source
running.json   the same, as the daemon that runs has it
status.json    pods, containers, clients, what is under way
records.json   names, sizes and fingerprints of the records on disk
log.txt        the last lines of the daemon's log

Left out: what is in the records (environment, annotations, commands), arguments of runtimes, credentials, keys. Names of pods, images and
this machine's paths are in it. Look through it before you give it to others.
`;

/** With what a file that is wrong leaves: the defaults. Its problems are in check.json. */
const configOf = ({ config: file, fileRequired, build }: BugReport): LoadedConfig => {
  try {
    return loadConfig({ file, fileRequired, flags: {}, build });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return loadConfig({ file: '/nonexistent', fileRequired: false, flags: {}, build });
  }
};

const settingsOf = ({ settings, sources }: LoadedConfig): unknown =>
  Object.entries(settings).map(([key, value]) => ({
    key,
    value: settingWithoutSecrets(value),
    source: Reflect.get(sources, key) as string,
  }));

const running = async (api: NodeApi): Promise<unknown> =>
  (await api.config()).settings.map(({ key, value, source }) => ({
    key,
    value: settingWithoutSecrets(JSON.parse(value)),
    source,
  }));

/** A part that cannot be had says why, in place of failing the report. */
const orWhyNot = async <T>(part: () => Promise<T> | T): Promise<T | { readonly failed: string }> => {
  try {
    return await part();
  } catch (error) {
    return { failed: messageOf(error) };
  }
};

const parts = async (report: BugReport, api: NodeApi): Promise<Readonly<Record<string, string>>> => {
  const loaded = configOf(report);
  const { config: file, fileRequired, build } = report;
  const data = {
    versions: { ...build, node: process.versions.node },
    host: hostFacts(loaded.config),
    check: await orWhyNot(() => check({ file, fileRequired, flags: {}, build, registries: [] })),
    config: settingsOf(loaded),
    running: await orWhyNot(() => running(api)),
    status: await orWhyNot(() => api.status()),
    records: recordFacts(loaded.config.graph),
  };
  const files = Object.entries(data).map(
    ([name, value]) => [`${name}.json`, withoutSecrets(dataText(value, 'json'))] as const,
  );
  const log = withoutSecrets(await logTail(loaded.config.log, report.lines));
  return { 'README.txt': README, ...Object.fromEntries(files), 'log.txt': log };
};

/** Writes the archive and gives its path. */
export const bugReportCommand = async (report: BugReport): Promise<string> => {
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, '');
  const path = resolve(report.file ?? `janus-bug-report-${stamp}.tar.gz`);
  const api = connect(report.socket);
  try {
    await writeArchive(path, await parts(report, api));
    return path;
  } finally {
    api.close();
  }
};
