import { describe, expect, test } from 'vitest';
import { kinds } from '../../oom/kinds.ts';
import { tally } from '../../oom/tally.ts';
import { openScene } from '../../oom/victims.ts';

const COUNT = 8;

describe.each(['runc', 'crun'])('containers run by %s, half of which end while no daemon is there', (runtime) => {
  test.each(kinds)('$name: all end as $expected, from the first status that shows the end', async (kind) => {
    const scene = await openScene({ runtime, name: 'oomfew', octet: 62 });
    try {
      expect(await tally(scene, kind, COUNT)).toEqual({ [kind.expected]: COUNT });
    } finally {
      await scene.close();
    }
  });
});
