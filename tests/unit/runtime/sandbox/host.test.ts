import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify } from '../../../../src/host/process-identity.ts';
import { createSandboxHost } from '../../../../src/runtime/sandbox/host.ts';
import { podConfig, sandboxRecord, withNamespaces } from '../../core/fakes/records.ts';

it('a pod that pins nothing is alive only with its directory of this boot, whoever has its pid', async () => {
  const state = mkdtempSync(join(tmpdir(), 'janus-host-'));
  try {
    const host = createSandboxHost({
      state,
      cgroups: { version: 2, root: '/nonexistent' },
      expectMove: () => undefined,
      userNamespaces: false,
      runtime: () => ({ path: 'runc', args: [], cwd: '/' }),
    });
    const pod = sandboxRecord({
      config: podConfig(withNamespaces({ network: 'node', ipc: 'pod', pid: 'container' })),
      state: { kind: 'ready', networks: [], process: identify(process.pid) },
    });
    expect(await host.isAlive(pod)).toBe(false);
    mkdirSync(join(state, 'sandboxes', pod.id), { recursive: true });
    expect(await host.isAlive(pod)).toBe(true);
  } finally {
    rmSync(state, { recursive: true });
  }
});
