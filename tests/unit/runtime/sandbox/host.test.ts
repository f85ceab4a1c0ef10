import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify } from '../../../../src/host/process-identity.ts';
import { createSandboxHost } from '../../../../src/runtime/sandbox/host.ts';
import { podConfig, sandboxRecord, withNamespaces } from '../../core/fakes/records.ts';

it.each([
  ['that an earlier build had the runtime run, is deleted by it', true],
  ['that the daemon started, is not asked for from the runtime', false],
])('the init of a shared PID namespace %s', async (_, hasBundle) => {
  const state = mkdtempSync(join(tmpdir(), 'janus-host-'));
  try {
    const asked: (readonly string[])[] = [];
    const host = createSandboxHost({
      state,
      cgroups: { version: 2, root: join(state, 'cgroup') },
      expectMove: () => undefined,
      userNamespaces: false,
      runtime: (_sandbox, args) => {
        asked.push(args);
        return { path: 'true', args: [] };
      },
    });
    const pod = sandboxRecord({
      config: podConfig(withNamespaces({ network: 'node', ipc: 'node', pid: 'pod' })),
      state: { kind: 'ready', networks: [], process: undefined },
    });
    if (hasBundle) mkdirSync(join(state, 'sandboxes', pod.id, 'init'), { recursive: true });
    await host.endProcess(pod, { signal: AbortSignal.timeout(10_000) });
    expect(asked).toEqual(hasBundle ? [['delete', '--force', pod.id]] : []);
  } finally {
    rmSync(state, { recursive: true });
  }
});

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
