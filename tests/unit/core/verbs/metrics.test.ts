import { expect, it } from 'vitest';
import { createBed } from '../fakes/bed.ts';

it('lists every pod, with the metrics of what runs', async () => {
  const bed = createBed();
  const [pod, stopped] = [
    await bed.pod(),
    await bed.pod({ metadata: { name: 's', uid: 's', namespace: 'd', attempt: 0 } }),
  ];
  await bed.engine.stopPodSandbox(stopped, bed.call);
  const id = await bed.running(pod);
  await bed.container(pod, { metadata: { name: 'created', attempt: 0 } });
  const found = await bed.engine.listPodSandboxMetrics(bed.call);
  expect(found).toMatchObject([
    { sandboxId: pod, metrics: [{ labelValues: [pod] }], containers: [{ containerId: id, metrics: [{}] }] },
    { sandboxId: stopped, metrics: [], containers: [] },
  ]);
});

it('has the others when one’s cannot be read', async () => {
  const bed = createBed();
  const pod = await bed.pod();
  await bed.running(pod);
  bed.script.failOnce('metrics.container');
  expect(await bed.engine.listPodSandboxMetrics(bed.call)).toMatchObject([
    { metrics: [{}], containers: [{ metrics: [] }] },
  ]);
  bed.script.failOnce('metrics.sandbox');
  expect(await bed.engine.listPodSandboxMetrics(bed.call)).toMatchObject([
    { metrics: [], containers: [{ metrics: [{}] }] },
  ]);
  expect(bed.complaints).toHaveLength(2);
});
