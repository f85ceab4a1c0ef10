import { expect, it } from 'vitest';
import type { NamespaceOptions, UserNamespace } from '../../../../src/core/model/security.ts';
import { checkUserNamespace } from '../../../../src/runtime/sandbox/user-namespace.ts';
import { podConfig, sandboxRecord, withNamespaces } from '../../core/fakes/records.ts';

const FIELD = 'config.linux.security_context.namespace_options.userns_options';
const mapping = [{ hostId: 100_000, containerId: 0, length: 65_536 }];
const user: UserNamespace = { mode: 'pod', uids: mapping, gids: mapping };

const check =
  (options: Partial<NamespaceOptions>, supported = true) =>
  () =>
    checkUserNamespace(sandboxRecord({ config: podConfig(withNamespaces(options)) }), supported);

it('is had where the kernel makes them', () => {
  expect(check({ user })).not.toThrow();
  expect(check({}, false)).not.toThrow();
  expect(check({ user: { mode: 'node', uids: [], gids: [] } }, false)).not.toThrow();
});

it.each<[string, Partial<NamespaceOptions>, boolean, string, string]>([
  ['no kernel for it', { user }, false, 'failed-precondition', `${FIELD}: this host has no user namespaces`],
  ["the host's network", { user, network: 'node' }, true, 'failed-precondition', FIELD],
  ['two mappings', { user: { ...user, uids: [...mapping, ...mapping] } }, true, 'invalid-argument', `${FIELD}.uids`],
  [
    'no root',
    { user: { ...user, gids: [{ hostId: 5, containerId: 1, length: 1 }] } },
    true,
    'invalid-argument',
    `${FIELD}.gids`,
  ],
])('is refused with %s', (_, options, supported, kind, message) => {
  expect(check(options, supported)).toThrow(
    expect.objectContaining({ kind, message: expect.stringContaining(message) }),
  );
});
