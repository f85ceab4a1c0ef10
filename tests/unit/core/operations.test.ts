import { expect, it } from 'vitest';
import { createOperations } from '../../../src/core/operations.ts';
import type { Tracer } from '../../../src/core/ports/tracer.ts';
import { settle } from './fakes/bed.ts';
import { createScript } from './fakes/script.ts';

it('show what is under way, where it stands and since when', async () => {
  const operations = createOperations({ nowMs: () => 5 });
  const script = createScript();
  const release = script.hold('work');
  const work = operations.run('RunPodSandbox', 'p1', async ({ stage }) => {
    await stage('network');
    await script.enter('work');
  });
  await settle();
  expect(operations.list()).toEqual([{ verb: 'RunPodSandbox', id: 'p1', sinceMs: 5, stage: 'network' }]);
  release();
  await work;
  expect(operations.list()).toEqual([]);
});

it('a fault in a stage fails the verb and leaves nothing under way', async () => {
  const operations = createOperations({
    hook: (verb, stage) => {
      if (stage === 'network') throw new Error(`${verb} fails here`);
    },
  });
  const work = operations.run('RunPodSandbox', 'p1', ({ stage }) => stage('network'));
  await expect(work).rejects.toThrow('RunPodSandbox fails here');
  expect(operations.list()).toEqual([]);
});

it('a deadline that passes says in which stage', async () => {
  const operations = createOperations();
  const work = operations.run('StopPodSandbox', 'p1', async ({ stage }) => {
    await stage('network');
    throw new DOMException('timed out', 'TimeoutError');
  });
  await expect(work).rejects.toThrow(
    expect.objectContaining({ kind: 'deadline-exceeded', message: 'StopPodSandbox p1: network: timed out' }),
  );
});

it('a tracer is told of each stage, and how it ended', async () => {
  const told: string[] = [];
  const tracer: Tracer = {
    begin: (verb, id) => {
      told.push(`${verb} ${id}`);
      return {
        stage: (name) => void told.push(name),
        end: (failure) => void told.push(failure ?? 'well'),
      };
    },
  };
  const operations = createOperations({ tracer });
  await operations.run('StopContainer', 'c1', ({ stage }) => stage('signal'));
  const failing = operations.run('StopContainer', 'c2', async ({ stage }) => {
    await stage('kill');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow();
  expect(told).toEqual(['StopContainer c1', 'signal', 'well', 'StopContainer c2', 'kill', 'no']);
});
