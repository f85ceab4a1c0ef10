import { describe, expect, it } from 'vitest';
import { type Bed, createBed, settle } from '../fakes/bed.ts';
import { withNamespaces } from '../fakes/records.ts';

const TEARDOWN = ['runtime.kill SIGKILL', 'network.detach', 'host.endProcess', 'host.release'];
const torndown = ({ script }: Bed): readonly string[] => [
  ...new Set(script.calls.filter((call) => TEARDOWN.includes(call))),
];

describe('a stop', () => {
  it('ends the containers, then the network and the process, then the namespaces', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const container = await bed.running(pod);
    await bed.engine.stopPodSandbox(pod, bed.call);
    expect(torndown(bed)).toEqual(TEARDOWN);
    expect(bed.engine.podSandbox(pod).sandbox.state).toMatchObject({ kind: 'stopped', teardownPending: false });
    expect(bed.engine.container(container).state).toMatchObject({ kind: 'exited', exit: { exitCode: 137 } });
  });

  it('ends the process while the network is left, and keeps the namespaces until both are done', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('network.detach');
    const stopped = bed.engine.stopPodSandbox(pod, bed.call);
    await settle();
    expect(torndown(bed)).toEqual(['network.detach', 'host.endProcess']);
    release();
    await stopped;
    expect(torndown(bed)).toEqual(['network.detach', 'host.endProcess', 'host.release']);
  });

  it('is on record before its first effect', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    const release = bed.script.hold('network.detach');
    const stopped = bed.engine.stopPodSandbox(pod, bed.call);
    await settle();
    expect(bed.sandboxStore.kept.get(pod)?.state).toMatchObject({ kind: 'stopped', teardownPending: true });
    expect(bed.engine.listPodSandboxes({ state: 'not-ready' })).toHaveLength(1);
    release();
    await stopped;
  });

  it('of a pod that is stopped, or does not exist, is no error and has no effect', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.engine.stopPodSandbox(pod, bed.call);
    await bed.engine.stopPodSandbox(pod, bed.call);
    await bed.engine.stopPodSandbox('f'.repeat(64), bed.call);
    expect(bed.script.count('network.detach')).toBe(1);
  });

  it('of a pod of the host’s network has no network to leave', async () => {
    const bed = createBed();
    const pod = await bed.pod(withNamespaces({ network: 'node' }));
    await bed.engine.stopPodSandbox(pod, bed.call);
    expect(torndown(bed)).toEqual(['host.endProcess', 'host.release']);
  });

  it.each(['network.detach', 'host.endProcess', 'host.release', 'StopPodSandbox: network', 'StopPodSandbox: commit'])(
    'goes on with the next one after %s failed',
    async (call) => {
      const bed = createBed();
      const pod = await bed.pod();
      bed.script.failOnce(call);
      await expect(bed.engine.stopPodSandbox(pod, bed.call)).rejects.toThrow(`${call} fails`);
      expect(bed.engine.podSandbox(pod).sandbox.state).toMatchObject({ kind: 'stopped', teardownPending: true });
      await bed.engine.stopPodSandbox(pod, bed.call);
      expect(bed.engine.podSandbox(pod).sandbox.state).toMatchObject({ teardownPending: false });
      expect(bed.script.calls).toContain('host.release');
    },
  );

  it('waits for all containers before it tells of one that failed', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await bed.running(pod);
    const other = await bed.running(pod, { metadata: { name: 'b', attempt: 0 } });
    bed.script.failOnce('runtime.kill SIGKILL');
    const release = bed.script.hold('runtime.kill SIGKILL');
    let told = false;
    const stopped = bed.engine.stopPodSandbox(pod, bed.call).finally(() => (told = true));
    await settle();
    expect(told).toBe(false);
    release();
    await expect(stopped).rejects.toThrow('runtime.kill SIGKILL fails');
    expect(bed.engine.container(other).state.kind).toBe('exited');
    await bed.engine.stopPodSandbox(pod, bed.call);
  });

  it('waits for one under way, and then has nothing to do', async () => {
    const bed = createBed();
    const pod = await bed.pod();
    await Promise.all([bed.engine.stopPodSandbox(pod, bed.call), bed.engine.stopPodSandbox(pod, bed.call)]);
    expect(bed.script.count('host.release')).toBe(1);
  });
});
