import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LogConfig } from '../../../src/config/config.ts';
import { JanusError } from '../../../src/core/errors.ts';
import { createRotatingFile } from '../../../src/logging/rotating-file.ts';
import { createLogger } from '../../../src/logging/winston.ts';

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'janus-log-')), 'log');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(join(directory, '..'), { recursive: true, force: true });
});

const config = (level: LogConfig['level']): LogConfig => ({
  level,
  driver: 'file',
  directory,
  maxFiles: 3,
  maxBytes: 1048576,
});
const lines = (): readonly string[] =>
  readFileSync(join(directory, 'janusd.log'), 'utf8').replace(/^\S+ /gm, '').split('\n').slice(0, -1);

test('a line has the time, the level, the message and the fields', () => {
  const logger = createLogger(config('info'));
  logger.child({ pod: 'web' }).warn('it is so', { count: 5n, name: 'a b', list: ['x', undefined], none: undefined });
  logger.info('served', { pod: 'db' });
  expect(readFileSync(join(directory, 'janusd.log'), 'utf8')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN {2}it/,
  );
  expect(lines()).toEqual(['WARN  it is so pod=web count=5 name="a b" list=["x",null]', 'INFO  served pod=db']);
});

test('only the level that was asked for, and the graver ones', () => {
  const logger = createLogger(config('warn'));
  for (const level of ['error', 'warn', 'info', 'debug'] as const) logger[level](level);
  expect(lines()).toEqual(['ERROR error', 'WARN  warn']);
});

test('nothing in a message, a name or a value ends the line or reaches the terminal', () => {
  const hostile = 'a\nERROR forged\r\u001b[2J\u009b\u2028\u0000';
  createLogger(config('info')).info(hostile, { text: hostile, [hostile]: 1, deep: [{ [hostile]: hostile }] });
  const [only = '', ...more] = lines();
  expect(more).toEqual([]);
  expect(only).not.toMatch(/[\p{Cc}\u2028]/u);
  expect(only).toContain('a\\nERROR forged\\r\\u001b[2J\\u009b\\u2028\\u0000');
});

test('credentials are replaced, however deep', () => {
  createLogger(config('info')).info('pull', {
    password: 'p1',
    auth: { username: 'u', password: 'p2' },
    request: { registryToken: 'p3', headers: [{ Authorization: 'p4', client_secret: 'p5' }], author: 'me' },
    error: Object.assign(new Error('denied'), { identity_token: 'p6', code: 'E' }),
  });
  const [text = ''] = lines();
  expect(text).not.toMatch(/p[1-6]/);
  expect(text).toContain('"author":"me"');
});

test('errors come with kind, code and the chain of their causes', () => {
  const system = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  const error = new JanusError('not-found', 'gone', { cause: new AggregateError([system], 'two of them') });
  createLogger(config('info')).error('failed', { error });
  const [text = ''] = lines();
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({
    message: 'gone',
    kind: 'not-found',
    cause: { message: 'two of them', errors: [{ message: 'no such file', code: 'ENOENT' }] },
  });
});

test('a fault of the program comes with its stack', () => {
  createLogger(config('info')).error('failed', { error: new TypeError('x is undefined') });
  expect(lines()[0]).toContain('logger.test.ts');
});

test('what holds itself, and what is large, is cut', () => {
  const ring: Record<string, unknown> = { bytes: new Uint8Array(3), text: 'x'.repeat(100_000) };
  ring['self'] = ring;
  createLogger(config('info')).info('ring', { ring });
  expect(lines()[0]).toContain('"bytes":"3 bytes"');
  expect(lines()[0]?.length).toBeLessThan(100_000);
});

test('directory and file are closed to others', () => {
  createLogger(config('info')).info('x');
  expect(statSync(directory).mode & 0o777).toBe(0o750);
  expect(statSync(join(directory, 'janusd.log')).mode & 0o777).toBe(0o640);
});

test('the stdout driver writes to stdout and makes no directory', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  createLogger({ ...config('info'), driver: 'stdout' }).info('hello');
  expect(write.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining('INFO  hello\n')]);
  expect(() => readdirSync(directory)).toThrow('ENOENT');
});

test('full files are kept up to their number, the newest first', () => {
  const file = createRotatingFile({ directory, maxFiles: 3, maxBytes: 10, name: 'a.log' });
  for (const text of ['one---\n', 'two---\n', 'three-\n', 'four--\n', 'f\n']) file.append(text);
  const content = Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
  expect(content).toEqual({ 'a.log': 'four--\nf\n', 'a.log.1': 'three-\n', 'a.log.2': 'two---\n' });
});

test('a single file begins anew', () => {
  const file = createRotatingFile({ directory, maxFiles: 1, maxBytes: 10, name: 'a.log' });
  for (const text of ['one---\n', 'two---\n']) file.append(text);
  expect(readdirSync(directory)).toEqual(['a.log']);
  expect(readFileSync(join(directory, 'a.log'), 'utf8')).toBe('two---\n');
});

test('a file of an earlier run is continued', () => {
  createRotatingFile({ directory, maxFiles: 2, maxBytes: 10, name: 'a.log' }).append('one---\n');
  createRotatingFile({ directory, maxFiles: 2, maxBytes: 10, name: 'a.log' }).append('two---\n');
  expect(readFileSync(join(directory, 'a.log.1'), 'utf8')).toBe('one---\n');
});

test('a log that cannot be written is told on stderr once, and stops nobody', () => {
  const file = createRotatingFile({ directory, maxFiles: 2, maxBytes: 10, name: 'a.log' });
  file.append('one---\n');
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  file.append('two---\n');
  file.append('three-\n');
  expect(stderr.mock.calls).toEqual([[expect.stringContaining('a.log: ENOTDIR')]]);
});

test('a reader of stdout that went away is no error of the daemon', () => {
  createLogger({ ...config('info'), driver: 'stdout' });
  expect(() => process.stdout.emit('error', new Error('EPIPE'))).not.toThrow();
});
