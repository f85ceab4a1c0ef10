import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { command } from './command.ts';

/** What pods leave on a host when something goes wrong. Each is a sorted list of names. */
export interface HostState {
  readonly mounts: readonly string[];
  readonly namespaces: readonly string[];
  readonly cgroups: readonly string[];
  readonly processes: readonly string[];
  readonly links: readonly string[];
}

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .sort();

/** `ip`-like tools and the test itself come and go: only what a pod or its monitor runs counts. */
const ENGINE = /conmon|catatonit|runc|crun|janusd/;

const processes = (): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return ENGINE.test(line.split(' ')[0] ?? '') ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    })
    .sort();

const netNamespaces = (): readonly string[] =>
  [
    ...new Set(
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => {
          try {
            return [readlinkSync(`/proc/${pid}/ns/net`)];
          } catch {
            return [];
          }
        }),
    ),
  ].sort();

export const readHost = (): HostState => ({
  mounts: lines(readFileSync('/proc/self/mountinfo', 'utf8'))
    .map((line) => line.split(' ')[4] ?? '')
    .sort(),
  namespaces: netNamespaces(),
  cgroups: lines(command('find', ['/sys/fs/cgroup', '-mindepth', '2', '-type', 'd', '-name', '*']).stdout).filter(
    (path) => /janus|[0-9a-f]{64}/.test(path),
  ),
  processes: processes(),
  links: lines(command('ip', ['-brief', 'link']).stdout).map((line) => line.split(/[ @]/)[0] ?? ''),
});

/** What is there now and was not there before, by kind. */
export const leftBehind = (
  before: HostState,
  after: HostState,
): Partial<Record<keyof HostState, readonly string[]>> => {
  const kinds = Object.keys(before) as (keyof HostState)[];
  const added = kinds.map((kind) => [kind, after[kind].filter((entry) => !before[kind].includes(entry))] as const);
  return Object.fromEntries(added.filter(([, entries]) => entries.length > 0));
};
