import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRun, writeRun } from '../../../bench/report/raw.ts';
import { outcome } from './races.ts';

const directory = mkdtempSync(join(tmpdir(), 'janus-raw-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('a run is read as it was written, to three decimal places', () => {
  const machine = { rounds: 5, description: 'a machine' };
  const figure = { name: 'pod up', unit: 'ms', of: 'p99', samples: 'pod up' } as const;
  writeRun(join(directory, 'run'), { machine, outcomes: [outcome(figure, { containerd: 1.23456 })] });
  expect(readRun(join(directory, 'run'))).toEqual({ machine, outcomes: [outcome(figure, { containerd: 1.235 })] });
  expect(readFileSync(join(directory, 'run/raw.json'), 'utf8')).not.toMatch(/\n./);
});
