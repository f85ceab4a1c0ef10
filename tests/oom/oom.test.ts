import { describe, expect, test } from 'vitest';
import { kinds } from './kinds.ts';
import { tally } from './tally.ts';
import { openScene } from './victims.ts';

const count = Number(process.env['JANUS_OOM_COUNT'] ?? 20);

describe.each(['runc', 'crun'])(`${count} containers of each kind, with %s`, (runtime) => {
  test.each(kinds)('$name: every one ends as $expected', async (kind) => {
    const scene = await openScene({ runtime, name: 'oom', octet: 60 });
    try {
      const counts = await tally(scene, kind, count);
      process.stdout.write(`${runtime} ${kind.name}: ${JSON.stringify(counts)}\n`);
      expect(counts).toEqual({ [kind.expected]: count });
    } finally {
      await scene.close();
    }
  });
});
