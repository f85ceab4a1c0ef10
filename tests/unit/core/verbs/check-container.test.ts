import { describe, expect, it } from 'vitest';
import type { NamespaceOptions, UserNamespace } from '../../../../src/core/model/security.ts';
import { checkAgainstPod } from '../../../../src/core/verbs/check-container.ts';
import { inNamespace, podConfig, sandboxRecord, withNamespaces } from '../fakes/records.ts';

type Options = Partial<NamespaceOptions>;

const check = (pod: Options, own: Options) => () =>
  checkAgainstPod(sandboxRecord({ config: podConfig(withNamespaces(pod)) }), inNamespace(own));

const mapping = [{ hostId: 100_000, containerId: 0, length: 65_536 }];
const user: UserNamespace = { mode: 'pod', uids: mapping, gids: mapping };
const host: UserNamespace = { mode: 'node', uids: [], gids: [] };

describe('a container may have', () => {
  it.each<[string, Options, Options]>([
    ['what a client sends that sets nothing', { network: 'node', ipc: 'node' }, { network: 'pod', ipc: 'pod' }],
    ["the pod's own", { network: 'node', ipc: 'node' }, { network: 'node', ipc: 'node' }],
    ['an IPC namespace of its own', { ipc: 'pod' }, { ipc: 'container' }],
    ["an IPC namespace of its own in a pod with the host's", { ipc: 'node' }, { ipc: 'container' }],
    ["the pod's user namespace", { user }, { user }],
    ['none named, in a pod with a user namespace', { user }, {}],
    ["the host's, in a pod without one", {}, { user: host }],
  ])('%s', (_, pod, own) => {
    expect(check(pod, own)).not.toThrow();
  });
});

describe('a container must not have', () => {
  it.each<[string, Options, Options, string]>([
    ["the host's network in another pod", {}, { network: 'node' }, 'network: must not be NODE'],
    ["the host's IPC namespace in another pod", { ipc: 'container' }, { ipc: 'node' }, 'ipc: must not be NODE'],
    ['a user namespace that its pod has not', {}, { user }, 'userns_options: '],
    ["the host's users in a pod with its own", { user }, { user: host }, 'userns_options: '],
    ['other mappings', { user }, { user: { ...user, uids: [{ hostId: 0, containerId: 0, length: 1 }] } }, 'userns_opt'],
    ['fewer mappings', { user }, { user: { ...user, uids: [] } }, 'userns_options: '],
  ])('%s', (_, pod, own, message) => {
    expect(check(pod, own)).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringContaining(`config.linux.security_context.namespace_options.${message}`),
      }),
    );
  });
});
