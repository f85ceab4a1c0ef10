import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusals } from './refusals.ts';
import { makeSubjects, type Subjects } from './support/subjects.ts';
import { versions } from './support/versions.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let subjects: Subjects;

beforeAll(async () => {
  world = await openWorld({ name: 'refuse', octet: 32 });
  subjects = await makeSubjects(world);
});

afterAll(() => world.close());

describe('refused with the same code and message over every version', () => {
  it.each(refusals)('$name: $why', async ({ service, name, request, code, says }) => {
    const answers = [];
    for (const version of versions)
      answers.push(await world.wire.refusal(version, { service, name }, request(subjects, world)));
    const [first] = answers;
    expect(first).toEqual({ code, details: expect.stringMatching(says) });
    expect(answers).toEqual(versions.map(() => first));
  });

  it('and nothing came of it', async () => {
    const { runtime } = world.client('v1alpha2');
    expect((await runtime.listPodSandbox({})).items).toHaveLength(2);
    expect((await runtime.listContainers({})).containers).toHaveLength(3);
  });
});
