import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkKernel } from '../../../src/cli/check/kernel.ts';
import { createProgram } from '../../../src/cli/program.ts';

const build = { version: '1.2.3', ENABLE_CRI_API_V1: true };
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const run = async (...args: readonly string[]): Promise<{ text: string; exitCode: number }> => {
  let text = '';
  const program = createProgram(build, (printed) => {
    text += printed;
  });
  return { exitCode: await program.run(['node', 'janus', ...args]), text };
};

test('config shows each key with its value and source', async () => {
  const path = file('daemon.json', '{"graph":"/srv/janus"}');
  const { text } = await run('config', 'show', '--config', path, '--output', 'json');
  const rows = JSON.parse(text) as unknown[];
  expect(rows).toContainEqual({ key: 'graph', value: '/srv/janus', source: 'file' });
  expect(rows).toContainEqual({ key: 'state', value: '/run/janus', source: 'default' });
  expect((await run('config', 'show', '--config', path)).text).toMatch(/^graph +file +"\/srv\/janus"$/m);
});

test('validate says what is wrong, and by its exit code that something is', async () => {
  const good = file('good.json', '{}');
  expect(await run('config', 'validate', good)).toEqual({ text: `${good} is valid\n`, exitCode: 0 });
  const bad = await run('config', 'validate', file('bad.json', '{"graph":"relative","nonsense":1}'));
  expect(bad.exitCode).toBe(1);
  expect(bad.text).toContain('"nonsense"');
  expect(bad.text).toContain('"relative"');
});

test('check has advice for all that is not well, and its exit code tells errors', async () => {
  const path = file(
    'check.json',
    JSON.stringify({ 'default-runtime': 'gone', runtimes: { gone: { path: '/no/runtime' } } }),
  );
  const { text, exitCode } = await run('check', '--config', path, '--output', 'json');
  expect(exitCode).toBe(1);
  const findings = JSON.parse(text) as { level: string; subject: string; advice: string }[];
  expect(findings).toContainEqual(expect.objectContaining({ level: 'error', subject: 'runtime gone' }));
  expect(findings.filter(({ level, advice }) => (level === 'ok') !== (advice === ''))).toEqual([]);
});

test('a kernel without what pods need is told', () => {
  expect(checkKernel(directory).map(({ level, subject }) => [subject, level])).toEqual([
    ['overlay', 'error'],
    ['namespaces', 'error'],
    ['cgroups', 'error'],
    ['forwarding', 'warning'],
  ]);
});

test('a wrong command line is a usage error', async () => {
  await expect(run('config', 'migrate', 'podman', 'x')).rejects.toBeInstanceOf(CommanderError);
});

test('no daemon on the socket is said so', async () => {
  await expect(run('status', '--socket', join(directory, 'none.sock'))).rejects.toThrow('no daemon answers');
});

test('completion knows every command and its options', async () => {
  const { text } = await run('completion', 'bash');
  const complete = (...words: readonly string[]): string =>
    spawnSync('bash', [
      '-c',
      `${text}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _janus; echo "\${COMPREPLY[*]}"`,
    ]).stdout.toString();
  expect(complete('janus', 'st')).toBe('status\n');
  expect(complete('janus', 'config', '').split(/\s+/)).toEqual(expect.arrayContaining(['show', 'validate', 'migrate']));
  expect(complete('janus', 'status', '--o')).toBe('--output\n');
  expect((await run('completion', 'fish')).text).toContain('complete -c janus');
});
