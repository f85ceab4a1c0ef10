import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { silent } from '../../../src/core/ports/logger.ts';
import { createFailpoints } from '../../../src/daemon/failpoints.ts';

const directory = mkdtempSync(join(tmpdir(), 'janus-failpoints-'));
afterAll(() => rmSync(directory, { recursive: true }));

it.each([undefined, ''])('are off when nothing is set (%j)', (setting) => {
  expect(createFailpoints(setting, silent)).toBeUndefined();
});

it('are met in their stage only', async () => {
  const hook = createFailpoints('RunPodSandbox/network=error, StopContainer/kill=delay:0', silent);
  await hook?.('RunPodSandbox', 'commit');
  await hook?.('StopPodSandbox', 'network');
  await hook?.('StopContainer', 'kill');
  await expect(hook?.('RunPodSandbox', 'network')).rejects.toThrow('failpoint RunPodSandbox/network');
});

it('in a file are read at every stage', async () => {
  const file = join(directory, 'failpoints');
  writeFileSync(file, '');
  const hook = createFailpoints(file, silent);
  await hook?.('PullImage', 'copy');
  writeFileSync(file, 'PullImage/copy=error\n');
  await expect(hook?.('PullImage', 'copy')).rejects.toThrow('failpoint PullImage/copy');
});

it.each(['RunPodSandbox/network', 'RunPodSandbox/lunch=kill', 'Run/network=kill', 'PullImage/copy=nap'])(
  'that are none are refused: %s',
  (setting) => {
    expect(() => createFailpoints(setting, silent)).toThrow(/JANUS_FAILPOINTS: .* must be/);
  },
);
