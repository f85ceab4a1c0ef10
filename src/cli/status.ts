import type { StatusResponse } from '../adapters/node/generated/node.ts';
import { ageText, sizeText, tableText } from './output.ts';

const section = (title: string, table: string): string => (table === '' ? '' : `\n${title}\n${table}`);
const since = (at: bigint, nowMs: number): string => ageText(nowMs - Number(at));

const head = (status: StatusResponse, nowMs: number): string =>
  [
    `Janus ${status.version}, pid ${status.pid}, for ${since(status.startedAt, nowMs)}, ${sizeText(Number(status.residentBytes))} resident`,
    `CRI       ${status.criVersions.join(', ')}`,
    `Handlers  ${status.runtimeHandlers.map((name) => name || '(default)').join(', ')}`,
    `Cgroups   ${status.cgroupDriver}`,
    `Network   ${status.networkReady ? 'ready' : `not ready: ${status.networkMessage}`}`,
    `Events    ${status.eventSubscribers} subscribers`,
    `Streams   ${status.streamSessions} sessions`,
    `Processes ${status.processes} that the daemon waits for`,
    '',
  ].join('\n');

const clients = (status: StatusResponse, nowMs: number): string =>
  tableText(
    ['API', 'CLIENT', 'CALLS', 'FAILED', 'LAST'],
    status.clients.map(({ api, userAgent, calls, failures, lastCallAt }) => [
      api,
      userAgent || '(unnamed)',
      String(calls),
      String(failures),
      since(lastCallAt, nowMs),
    ]),
  );

const operations = ({ operations: underWay }: StatusResponse): string =>
  tableText(
    ['VERB', 'STAGE', 'AGE', 'OF'],
    underWay.map(({ verb, stage, ageMs, id }) => [verb, stage, ageText(Number(ageMs)), id]),
  );

const pulls = ({ pulls: underWay }: StatusResponse): string =>
  tableText(
    ['IMAGE', 'LOADED', 'FOR'],
    underWay.map(({ image, bytes, seconds }) => [image, sizeText(Number(bytes)), ageText(seconds * 1000)]),
  );

const pods = (status: StatusResponse, nowMs: number): string =>
  tableText(
    ['POD', 'NAMESPACE', 'NAME', 'STATE', 'RUNNING', 'ADDRESS', 'AGE'],
    status.pods.map((pod) => [
      pod.id.slice(0, 13),
      pod.namespace,
      pod.name,
      pod.state,
      `${pod.containers.filter(({ state }) => state === 'running').length}/${pod.containers.length}`,
      pod.ips.join(','),
      since(pod.createdAt, nowMs),
    ]),
  );

/** What the daemon serves, to whom, and what it does now, for people. */
export const statusText = (status: StatusResponse, nowMs: number): string =>
  [
    head(status, nowMs),
    section('Clients', clients(status, nowMs)),
    section('Verbs under way', operations(status)),
    section('Pulls under way', pulls(status)),
    section('Pods', pods(status, nowMs)),
  ].join('');
