import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';
import { repository } from '../support/paths.ts';
import { withV1 } from './support/versions.ts';

const SUITE_MS = 15 * 60_000;

/** Ends with what it wrote; asynchronously, because the runner of this test wants to be answered meanwhile. */
const run = async (path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(path, args, {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
};

interface Report {
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

// Within the repository: what is built looks for its packages above it.
describe.runIf(withV1)('a build with ENABLE_CRI_API_V1 off', () => {
  let out: string;
  beforeAll(async () => {
    mkdirSync(join(repository, '.cache'), { recursive: true });
    out = mkdtempSync(join(repository, '.cache/without-v1-'));
    const built = await run(process.execPath, ['scripts/build.mjs', '--fast', '--v1', 'off', '--out', out]);
    expect(built).toMatchObject({ code: 0 });
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('holds no file of the v1 adapter, and no service of v1', () => {
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /^adapters\/v1(\/|$)/.test(file))).toEqual([]);
    const code = files.filter((file) => file.endsWith('.js'));
    const naming = (pattern: RegExp) => code.filter((file) => pattern.test(readFileSync(join(out, file), 'utf8')));
    expect(naming(/\bruntime\.v1\./)).toEqual([]);
    expect(naming(/\bruntime\.v1alpha2\./)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(out, 'build.json'), 'utf8'))).toMatchObject({ ENABLE_CRI_API_V1: false });
  });

  it.each([
    { where: 'daemon.json', settings: { 'enable-cri-v1': true }, flags: [] },
    { where: '--enable-cri-v1', settings: {}, flags: ['--enable-cri-v1'] },
  ])('asked for v1 by $where, it says why not and touches nothing', ({ where, settings, flags }) => {
    const host = mkdtempSync(join(out, 'host-'));
    const file = join(host, 'daemon.json');
    const paths = { graph: join(host, 'graph'), state: join(host, 'state'), pidfile: join(host, 'pid') };
    writeFileSync(file, JSON.stringify({ ...paths, hosts: [`unix://${host}/sock`], ...settings }));
    const main = `import { main } from ${JSON.stringify(join(out, 'daemon/cli.js'))}; await main(process.argv)`;
    const args = ['--input-type=module', '-e', main, 'janusd', '--config', file, ...flags];
    const { status, stderr } = command(process.execPath, args);
    expect(status).toBe(2);
    expect(stderr).toContain('built without CRI v1 (ENABLE_CRI_API_V1)');
    expect(stderr).toContain(where);
    expect(stderr).toContain('enable-cri-v1');
    expect(readdirSync(host)).toEqual(['daemon.json']);
  });

  it('passes the whole suite over v1alpha2', { timeout: SUITE_MS }, async () => {
    const report = join(out, 'report.json');
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--project', 'contract', '--reporter=json', `--outputFile=${report}`];
    const { code, output } = await run(process.execPath, args, { JANUS_DIST: out });
    const { testResults, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)).toEqual([]);
    expect({ code, numFailedTests, output: code === 0 ? '' : output }).toEqual({
      code: 0,
      numFailedTests: 0,
      output: '',
    });

    // Only what is about v1 may be skipped.
    const ran = testResults.filter(({ assertionResults }) =>
      assertionResults.some(({ status }) => status === 'passed'),
    );
    const idle = testResults.filter((file) => !ran.includes(file)).map(({ name }) => basename(name));
    expect(idle.sort()).toEqual([
      'build-without-v1.test.ts',
      'cdi.test.ts',
      'events.test.ts',
      'metrics.test.ts',
      'v1-answers.test.ts',
      'v1-lists.test.ts',
    ]);
  });
});
