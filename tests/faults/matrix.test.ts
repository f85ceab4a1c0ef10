import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STAGES } from '../../src/core/stages.ts';
import type { AnyClient } from '../contract/support/world.ts';
import { type HostState, leftBehind, readHost } from '../support/host.ts';
import { containerConfig, podConfig } from '../support/requests.ts';
import { until } from '../support/wait.ts';
import { type FaultyVerb, type Subject, verbs } from './verbs.ts';
import { type FaultWorld, openFaultWorld } from './world.ts';

let before: HostState;
let world: FaultWorld;
/** A container that nothing is ever asked of. */
let bystander: { readonly podSandboxId: string; readonly containerId: string };

beforeAll(async () => {
  before = readHost();
  world = await openFaultWorld('faults', 62);
  const { runtime } = world.clients[0];
  const config = podConfig(world.bed);
  const { podSandboxId } = await runtime.runPodSandbox({ config });
  const { containerId } = await runtime.createContainer({
    podSandboxId,
    config: containerConfig('bystander'),
    sandboxConfig: config,
  });
  await runtime.startContainer({ containerId });
  bystander = { podSandboxId, containerId };
});

afterAll(async () => {
  await world.close();
});

/** Pods, containers and the image of a cell are gone, and nothing of them is left. */
afterEach(async () => {
  world.disarm();
  await world.ensure();
  const { runtime, images } = world.clients[1];
  const { items } = await runtime.listPodSandbox({});
  for (const { id } of items) if (id !== bystander.podSandboxId) await runtime.removePodSandbox({ podSandboxId: id });
  await images.removeImage({ image: { image: world.registry.image } });
  await world.settled();
});

interface Cell {
  readonly name: keyof typeof verbs;
  readonly stage: string;
  readonly maker: AnyClient;
  readonly user: AnyClient;
}

const verbOf = ({ name }: Cell): FaultyVerb<'RunPodSandbox'> => verbs[name] as FaultyVerb<'RunPodSandbox'>;
const sightAfter = (cell: Cell, fault: 'kill' | 'error'): string => verbOf(cell).after(cell.stage as never, fault);

const arm = ({ name, stage }: Cell, fault: string): void => world.arm(`${name}/${stage}=${fault}`);

/** The host is as clients are told; the same request again, over the other version, comes to a good end. */
const finish = async (cell: Cell, subject: Subject, sight: string): Promise<void> => {
  const { look, call, done } = verbOf(cell);
  await until(`it is ${sight}`, async () => (await look(cell.user, subject)) === sight);
  await world.settled(...(sight === 'not-ready' ? [subject.podSandboxId] : []));
  // What could not be started has ended, and is made anew by the client.
  if (cell.name !== 'StartContainer' || sight !== 'exited') {
    await call(cell.user, subject);
    expect(await look(cell.maker, subject)).toBe(done);
  }
  await world.settled();
};

const kill = async (cell: Cell): Promise<void> => {
  const subject = await verbOf(cell).prepare(world, cell.maker);
  arm(cell, 'kill');
  await expect(verbOf(cell).call(cell.maker, subject)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  await world.died();
  world.disarm();
  await world.revive();
  await finish(cell, subject, sightAfter(cell, 'kill'));
};

const fail = async (cell: Cell): Promise<void> => {
  const subject = await verbOf(cell).prepare(world, cell.maker);
  arm(cell, 'error');
  await expect(verbOf(cell).call(cell.maker, subject)).rejects.toMatchObject({
    code: status.INTERNAL,
    details: expect.stringContaining(`failpoint ${cell.name}/${cell.stage}`) as string,
  });
  world.disarm();
  await finish(cell, subject, sightAfter(cell, 'error'));
};

const DELAY_MS = 700;
const PATIENCE_MS = 150;

/** The client gives up; meanwhile reads answer, and other content under the same name is told of the work under way. */
const delay = async (cell: Cell): Promise<void> => {
  const { prepare, call, conflict, done } = verbOf(cell);
  const subject = await prepare(world, cell.maker);
  const met = world.met();
  arm(cell, `delay:${DELAY_MS}`);
  await expect(call(cell.maker, subject, { deadline: Date.now() + PATIENCE_MS })).rejects.toMatchObject({
    code: status.DEADLINE_EXCEEDED,
  });
  const { containers } = await cell.user.runtime.listContainers({ filter: { id: bystander.containerId } });
  expect(containers).toHaveLength(1);
  if (conflict !== undefined)
    await expect(conflict(cell.user, subject)).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      details: expect.stringMatching(/is being made as [0-9a-f]{64} since \d+\.\d s|exists as [0-9a-f]{64}/) as string,
    });
  await call(cell.user, subject);
  // What has come to be is there for others before its verb is done, and the log of it is a moment behind.
  await until('the failpoint is met', () => world.met() > met);
  world.disarm();
  await finish(cell, subject, done);
};

const faults = { kill, error: fail, delay };

/** Each cell is asked for over one version and finished over the other; `JANUS_FAULTS=all` runs every cell both ways. */
const VERSIONS = ['v1alpha2', 'v1'] as const;
const ways: readonly (readonly [0 | 1, 0 | 1])[] = [
  [0, 1],
  [1, 0],
];
const everyWay = process.env['JANUS_FAULTS'] === 'all';
const names = Object.keys(verbs) as (keyof typeof verbs)[];
const stages = names.flatMap((name) => STAGES[name].map((stage) => ({ name, stage })));
const cells = stages.flatMap(({ name, stage }, row) =>
  Object.keys(faults).flatMap((fault, column) =>
    ways
      .filter((_, way) => everyWay || way === (row + column) % 2)
      .map(([maker, user]) => ({ name, stage, fault: fault as keyof typeof faults, maker, user })),
  ),
);

describe(`${cells.length} cells`, () => {
  for (const { name, stage, fault, maker, user } of cells) {
    it(`${name}/${stage}: ${fault}, asked for over ${VERSIONS[maker]}, finished over ${VERSIONS[user]}`, () =>
      faults[fault]({ name, stage, maker: world.clients[maker], user: world.clients[user] }));
  }
});

it('what nothing was asked of has run all the time', async () => {
  for (const { runtime } of world.clients) {
    const { status: seen } = await runtime.containerStatus({ containerId: bystander.containerId });
    expect(seen).toMatchObject({ state: 1, exitCode: 0 });
  }
  const { runtime } = world.clients[0];
  await runtime.stopContainer({ containerId: bystander.containerId, timeout: 10n });
  const { status: ended } = await runtime.containerStatus({ containerId: bystander.containerId });
  expect(ended).toMatchObject({ state: 2, exitCode: 0, reason: 'Completed' });
});

it('leaves nothing behind', async () => {
  await world.clients[0].runtime.removePodSandbox({ podSandboxId: bystander.podSandboxId });
  await world.close();
  await expect.poll(() => leftBehind(before, readHost())).toEqual({});
  world = await openFaultWorld('faults', 62);
});
