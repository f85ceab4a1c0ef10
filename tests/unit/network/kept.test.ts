import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JanusError } from '../../../src/core/errors.ts';
import { openKeptNetworks } from '../../../src/network/kept.ts';
import { kept, type Lab, never, ready, sandboxWith, temporary, verbs } from './support.ts';

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

  test('whatever a file holds is networks, damaged, or of a newer daemon', async () => {
    const directory = temporary();
    const networks = await openKeptNetworks(directory);
    const near = fc.record({
      version: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.jsonValue()),
      networks: fc.oneof(
        fc.array(fc.dictionary(fc.constantFrom('network', 'plugins', 'args', 'result'), fc.jsonValue())),
        fc.jsonValue(),
      ),
    });
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc.oneof(fc.jsonValue(), near).map((value) => Buffer.from(JSON.stringify(value))),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        writeFileSync(join(directory, 'x.json'), bytes);
        const read = await networks.read('x').catch((error: unknown) => error);
        if (read instanceof JanusError) expect(read.kind).toBe('failed-precondition');
        else expect(read).toHaveProperty('kind', expect.stringMatching(/^(networks|damaged)$/));
      }),
      { numRuns: 300 },
    );
  });
});
