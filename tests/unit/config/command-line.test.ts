import { CommanderError } from 'commander';
import { expect, test, vi } from 'vitest';
import { parseCommandLine } from '../../../src/config/command-line.ts';

const parse = (...args: readonly string[]) => parseCommandLine(['node', 'janusd', ...args], '1.2.3');

test('nothing given', () => {
  expect(parse()).toEqual({ file: '/etc/janus/daemon.json', fileRequired: false, flags: {} });
});

test('a file that is named has to be there, even by the default name', () => {
  expect(parse('--config', '/etc/janus/daemon.json')).toEqual({
    file: '/etc/janus/daemon.json',
    fileRequired: true,
    flags: {},
  });
});

test('every flag arrives under its key', () => {
  const once = ['group', 'graph', 'state', 'pidfile', 'log-level', 'default-runtime', 'network-plugin', 'cni-conf-dir'];
  const switches = ['enable-cri-v1', 'enable-pod-events', 'systemd-cgroup'];
  const { flags } = parse(
    ...[...once, 'cni-bin-dir'].flatMap((name) => [`--${name}`, `of ${name}`]),
    ...switches.map((name) => `--${name}`),
    ...['-H', 'unix:///a', '--host', 'unix:///b', '--insecure-registry', 'r:1', '--insecure-registry=r:2'],
  );
  expect(flags).toEqual({
    ...Object.fromEntries([...once, 'cni-bin-dir'].map((name) => [name, `of ${name}`])),
    ...Object.fromEntries(switches.map((name) => [name, true])),
    hosts: ['unix:///a', 'unix:///b'],
    'insecure-registries': ['r:1', 'r:2'],
  });
});

test.each([
  [['--version'], 0],
  [['--help'], 0],
  [['--no-such-flag'], 1],
  [['stray'], 1],
  [['--graph'], 1],
])('%j starts nothing', (args, exitCode) => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => parse(...args)).toThrow(CommanderError);
  expect(() => parse(...args)).toThrow(expect.objectContaining({ exitCode }));
});
