import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errnoOf } from '../../src/core/errors.ts';
import { until } from '../support/wait.ts';
import { logs } from './support/api.ts';
import { fullName, type Node, openNode } from './support/node.ts';
import { container, type Pod, pod, SLEEP, statusOf } from './support/pods.ts';

/** The kubelet looks for logs to rotate every ten seconds. */
const LINES = 400;
const COUNT = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i $(printf %0200d 0)"; sleep 0.08; done; ${SLEEP}`;

let node: Node;
beforeAll(async () => {
  node = await openNode({
    name: 'klogs',
    octet: 65,
    kubelet: { containerLogMaxSize: '8Ki', containerLogMaxFiles: 20 },
  });
  node.put(pod('counting', [container('main', COUNT)]));
  node.put(pod('talking', [container('main', `echo one; echo two; echo three; ${SLEEP}`)]));
  node.put(pod('ending', [container('main', 'echo from the first; exit 1')]));
});
afterAll(() => node.close());

const target = (name: string) => ({ pod: fullName(name), container: 'main' });

test('the last lines, all lines, and with their time', async () => {
  await node.pod('talking');
  await expect.poll(() => logs(target('talking'))).toBe('one\ntwo\nthree\n');
  expect(await logs(target('talking'), { tailLines: '1' })).toBe('three\n');
  expect(await logs(target('talking'), { timestamps: 'true', tailLines: '1' })).toMatch(/^\d{4}-\S+ three\n$/);
});

test('those of a container that has been restarted', async () => {
  await node.pod('ending', (seen) => statusOf(seen, 'main').restartCount > 0);
  // Between the end of one and the start of the next it is the one before, which the kubelet is about to remove.
  await expect
    .poll(() => logs(target('ending'), { previous: 'true' }).catch(String), { timeout: 30_000 })
    .toBe('from the first\n');
});

/**
 * Each file of a container's log, the oldest first; the names of those that are not the last end in their time. The kubelet compresses one beside it,
 * and then removes it.
 */
const filesOf = ({ metadata: { namespace, name, uid } }: Pod): readonly string[] => {
  const directory = join('/var/log/pods', `${namespace}_${name}_${uid}`, 'main');
  const all = readdirSync(directory).filter((file) => !file.endsWith('.tmp'));
  const [last, ...older] = all.filter((file) => !all.includes(`${file}.gz`)).sort();
  return [...older, last ?? ''].map((file) => join(directory, file));
};

const textOf = (path: string): string =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, 'utf8');

/** The numbers in the lines; undefined when a file went meanwhile. */
const linesOf = (found: Pod): readonly number[] | undefined => {
  try {
    const texts = filesOf(found).map(textOf);
    return texts.flatMap((text) => [...text.matchAll(/ F line (\d+) /g)].map(([, number]) => Number(number)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

test('a log that is rotated while its container writes has every line, once', async () => {
  const counting = await node.pod('counting');
  const lines = await until(
    'the last line is there',
    () => {
      const seen = linesOf(counting);
      return seen?.includes(LINES) === true ? seen : undefined;
    },
    120,
  );
  expect(lines).toEqual(Array.from({ length: LINES }, (_, index) => index + 1));
  expect(filesOf(counting).length).toBeGreaterThan(2);
});

test('and goes on in the file that the kubelet reads', async () => {
  expect(await logs(target('counting'), { tailLines: '1' })).toContain(`line ${LINES} `);
});
