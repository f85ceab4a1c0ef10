import { complete, type Flags, openStreams, type Session } from '../../support/sessions.ts';
import { connectSpdy, type SpdyClient } from '../../unit/streaming/spdy-client.ts';
import { get, request } from './http.ts';
import { KUBELET } from './kubelet.ts';

/** A container of a pod that fullName names. */
export interface Target {
  readonly pod: string;
  readonly container: string;
}

const pathOf = ({ pod, container }: Target): string => `default/${pod}/${container}`;

const commandQuery = (command: readonly string[]): readonly [string, string][] =>
  command.map((word) => ['command', word]);

/** As kubectl's requests end at a kubelet. */
const streamQuery = (flags: ReturnType<typeof complete>): readonly [string, string][] => [
  ...(flags.stdin ? [['input', '1'] as [string, string]] : []),
  ...(flags.stdout ? [['output', '1'] as [string, string]] : []),
  ...(flags.stderr ? [['error', '1'] as [string, string]] : []),
  ...(flags.tty ? [['tty', '1'] as [string, string]] : []),
];

const url = (path: string, query: readonly [string, string][] = []): string =>
  `${KUBELET}/${path}?${new URLSearchParams(query).toString()}`;

export const exec = (target: Target, command: readonly string[], flags: Flags = {}): Promise<Session> => {
  const streams = complete(flags);
  return openStreams(url(`exec/${pathOf(target)}`, [...commandQuery(command), ...streamQuery(streams)]), streams);
};

export const attach = (target: Target, flags: Flags = {}): Promise<Session> => {
  const streams = complete(flags);
  return openStreams(url(`attach/${pathOf(target)}`, streamQuery(streams)), streams);
};

export const portForward = (pod: string): Promise<SpdyClient> =>
  connectSpdy(url(`portForward/default/${pod}`), 'portforward.k8s.io');

/** `query` as in the API of pods' logs: `tailLines`, `previous` and so on. */
export const logs = (target: Target, query: Readonly<Record<string, string>> = {}): Promise<string> =>
  get(url(`containerLogs/${pathOf(target)}`, Object.entries(query)));

/** What a script wrote, or why it failed. The kubelet splits at spaces and runs it by ExecSync; for the shell tabs do as well. */
export const run = async (target: Target, script: string): Promise<string> => {
  const cmd = `sh -c ${script.replaceAll(' ', '\t')}`;
  return (await request(url(`run/${pathOf(target)}`, [['cmd', cmd]]), 'POST')).body;
};
