import { invalidArgument } from '../../../core/errors.ts';
import type { IdMapping, NamespaceMode, NamespaceOptions, UserNamespace } from '../../../core/model/security.ts';
import * as cri from '../../v1alpha2/generated/api.ts';
import { enumValue, filled } from './rules.ts';

const modes: Readonly<Record<Exclude<cri.NamespaceMode, -1>, NamespaceMode>> = {
  [cri.NamespaceMode.POD]: 'pod',
  [cri.NamespaceMode.CONTAINER]: 'container',
  [cri.NamespaceMode.NODE]: 'node',
  [cri.NamespaceMode.TARGET]: 'target',
};

const mode = (value: number, field: string, allowed: readonly NamespaceMode[]): NamespaceMode => {
  const known = enumValue(value, field, modes);
  if (!allowed.includes(known)) throw invalidArgument(field, `must be ${allowed.join(', ').toUpperCase()}`);
  return known;
};

const POD_WIDE = ['pod', 'node'] as const;

/** Ids are 32 bits, and the last one is no id. */
const ID_END = 2 ** 32 - 1;

export const idMapping = (message: cri.IDMapping, field: string): IdMapping => {
  const { hostId, containerId, length, ...rest } = message;
  rest satisfies Record<string, never>;
  if (length === 0) throw invalidArgument(`${field}.length`, 'must not be 0');
  if (hostId + length > ID_END) throw invalidArgument(`${field}.length`, `must not reach past host id ${ID_END}`);
  if (containerId + length > ID_END) throw invalidArgument(`${field}.length`, `must not reach past id ${ID_END}`);
  return { hostId, containerId, length };
};

export const idMappings = (messages: readonly cri.IDMapping[], field: string): readonly IdMapping[] =>
  messages.map((message, index) => idMapping(message, `${field}[${index}]`));

const userNamespace = (message: cri.UserNamespace, field: string): UserNamespace => {
  const { mode: wire, uids, gids, ...rest } = message;
  rest satisfies Record<string, never>;
  const known = mode(wire, `${field}.mode`, POD_WIDE);
  for (const [name, mappings] of Object.entries({ uids, gids })) {
    if (known === 'pod' && mappings.length === 0) throw invalidArgument(`${field}.${name}`, 'must not be empty');
    if (known === 'node' && mappings.length > 0) throw invalidArgument(`${field}.${name}`, 'must be empty with NODE');
  }
  return { mode: known, uids: idMappings(uids, `${field}.uids`), gids: idMappings(gids, `${field}.gids`) };
};

const podNamespaces: NamespaceOptions = { network: 'pod', pid: 'pod', ipc: 'pod', targetId: '', user: undefined };

const target = (pid: NamespaceMode, id: string, field: string): string => {
  if (pid === 'target') return filled(id, field);
  if (id !== '') throw invalidArgument(field, 'must be empty unless pid is TARGET');
  return id;
};

/** `pid` lists the modes that this kind of object may have for its PID namespace. */
export const namespaceOptions = (
  message: cri.NamespaceOption | undefined,
  field: string,
  pid: readonly NamespaceMode[],
): NamespaceOptions => {
  if (message === undefined) return podNamespaces;
  const { network, pid: wirePid, ipc, targetId, usernsOptions, ...rest } = message;
  rest satisfies Record<string, never>;
  const pidMode = mode(wirePid, `${field}.pid`, pid);
  return {
    network: mode(network, `${field}.network`, POD_WIDE),
    pid: pidMode,
    ipc: mode(ipc, `${field}.ipc`, ['pod', 'container', 'node']),
    targetId: target(pidMode, targetId, `${field}.target_id`),
    user: usernsOptions === undefined ? undefined : userNamespace(usernsOptions, `${field}.userns_options`),
  };
};
