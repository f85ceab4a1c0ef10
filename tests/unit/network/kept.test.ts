import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kept, type Lab, never, ready, sandboxWith, verbs } from './support.ts';

const netns = '/run/netns/none';

describe('what is kept', () => {
  const spoil = async (text: string): Promise<{ one: Lab; detach: () => Promise<void> }> => {
    const one = ready();
    const network = await one.start();
    const sandbox = sandboxWith();
    await network.attach(sandbox, netns, never);
    writeFileSync(join(one.cacheDir, `${sandbox.id}.json`), text);
    return { one, detach: () => network.detach(sandbox, netns, never) };
  };

  test.each(['', '{"version":1,"networ', '{"version":1,"networks":[{}]}', 'null'])(
    '%j is replaced by the present configuration',
    async (text) => {
      const { one, detach } = await spoil(text);
      await detach();
      expect(verbs(one).slice(2)).toEqual(['DEL meta', 'DEL main']);
      expect(kept(one)).toEqual([]);
      expect(one.lines.some(({ message }) => message.includes('damaged'))).toBe(true);
    },
  );

  test('by a newer daemon is left alone', async () => {
    const { one, detach } = await spoil('{"version":2}');
    await expect(detach()).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(kept(one)).toHaveLength(1);
    expect(one.calls()).toHaveLength(2);
  });

  test('half written is cleared away at the next start', async () => {
    const one = ready();
    (await one.start()).close();
    writeFileSync(join(one.cacheDir, 'x.json.tmp'), '{');
    await one.start();
    expect(readdirSync(one.cacheDir)).toEqual([]);
  });
});
