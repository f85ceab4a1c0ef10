import { expect, it } from 'vitest';
import { endOfPlace } from '../../../src/core/session-end.ts';
import { createBed } from './fakes/bed.ts';

const never = new AbortController().signal;

it('a session in a container ends when the container does', async () => {
  const bed = createBed();
  const containerId = await bed.running(await bed.pod());
  const ended = endOfPlace(bed.ctx, { containerId }, never);
  bed.runtime.end(containerId, 3);
  expect(await ended).toBe(`container ${containerId} has ended`);
  expect(await endOfPlace(bed.ctx, { containerId }, never)).toBe(`container ${containerId} has ended`);
});

it('a session in a pod ends when the pod is stopped, before its teardown is done', async () => {
  const bed = createBed();
  const sandboxId = await bed.pod();
  const release = bed.script.hold('network.detach');
  const ended = endOfPlace(bed.ctx, { sandboxId }, never);
  const stopped = bed.engine.stopPodSandbox(sandboxId, bed.call);
  expect(await ended).toBe(`sandbox ${sandboxId} has been stopped`);
  release();
  await stopped;
});

it('nobody waits once the session is over', async () => {
  const bed = createBed();
  const containerId = await bed.running(await bed.pod());
  const over = new AbortController();
  const ended = endOfPlace(bed.ctx, { containerId }, over.signal);
  over.abort();
  expect(await ended).toBeUndefined();
});
