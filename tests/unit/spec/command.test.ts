import { describe, expect, test } from 'vitest';
import { processArgs, workingDirectory } from '../../../src/runtime/spec/command.ts';
import { containerConfig, imageConfig } from './fixtures.ts';

describe('processArgs', () => {
  test.each([
    // command, args, entrypoint, cmd, expected: Kubernetes' table of command and args
    [[], [], ['/ep'], ['a'], ['/ep', 'a']],
    [[], ['x'], ['/ep'], ['a'], ['/ep', 'x']],
    [['/c'], [], ['/ep'], ['a'], ['/c']],
    [['/c'], ['x'], ['/ep'], ['a'], ['/c', 'x']],
    [[], [], [], ['a'], ['a']],
    [[], ['x'], [], ['a'], ['x']],
    [[], [], [''], ['a'], ['a']],
    [[], [], ['/ep'], [], ['/ep']],
  ])('command %j args %j over %j %j is %j', (command, args, entrypoint, cmd, expected) => {
    expect(processArgs({ ...containerConfig, command, args }, { ...imageConfig, entrypoint, cmd })).toEqual(expected);
  });

  test.each([
    [[], 'no command specified'],
    [[''], 'must not be empty'],
    [['/a', 'b\0c'], 'NUL'],
  ])('%j is refused', (command, message) => {
    expect(() => processArgs({ ...containerConfig, command }, imageConfig)).toThrow(message);
  });
});

describe('workingDirectory', () => {
  test.each([
    ['', '', '/'],
    ['', '/img', '/img'],
    ['', 'rel', '/rel'],
    ['/req//x/', '/img', '/req/x'],
  ])('%j over %j is %j', (workingDir, image, expected) => {
    const cwd = workingDirectory({ ...containerConfig, workingDir }, { ...imageConfig, workingDir: image });
    expect(cwd).toBe(expected);
  });

  test.each([
    'relative',
    '/a/../b',
    '/a\0b',
    '/proc/self/fd/7',
    '/proc/self/fd',
    '/proc/./self//fd/7/',
    '/proc/thread-self/fd/3',
    '/proc/1/task/1/fd/3',
    '/dev/fd/8',
  ])('%j is refused', (workingDir) => {
    expect(() => workingDirectory({ ...containerConfig, workingDir }, imageConfig)).toThrow('working_dir');
  });

  test('an image cannot choose a descriptor either', () => {
    const image = { ...imageConfig, workingDir: '/x/../proc/self/fd/8' };
    expect(() => workingDirectory(containerConfig, image)).toThrow('working_dir');
  });

  test('other paths of /proc stay allowed', () => {
    expect(workingDirectory({ ...containerConfig, workingDir: '/proc/self/fdinfo' }, imageConfig)).toBe(
      '/proc/self/fdinfo',
    );
  });
});
