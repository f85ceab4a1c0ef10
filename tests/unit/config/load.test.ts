import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LoadOptions, loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problems.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-config-'));
  file = join(directory, 'daemon.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const build = { ENABLE_CRI_API_V1: true };
const load = (content?: unknown, options: Partial<LoadOptions> = {}) => {
  if (content !== undefined) writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return loadConfig({ file, fileRequired: false, flags: {}, build, ...options });
};
const problemsOf = (content: unknown, options: Partial<LoadOptions> = {}): readonly string[] => {
  try {
    load(content, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((each) => each.replaceAll(file, 'FILE'));
    throw error;
  }
  return [];
};

const ENDPOINT_RULE = 'must be http://host:port or https://host:port, without user, query or fragment';

test('without a file and flags there are the defaults', () => {
  const { config, warnings, sources } = load();
  expect(config).toMatchObject({
    sockets: ['/run/janus/janus.sock'],
    group: '',
    graph: '/var/lib/janus',
    state: '/run/janus',
    pidfile: '/run/janus.pid',
    log: { level: 'info', driver: 'file', directory: '/var/log/janus', maxFiles: 7, maxBytes: 1048576 },
    enableCriV1: false,
    enablePodEvents: false,
    systemdCgroup: false,
    cgroupParent: '/janus',
    defaultRuntime: 'runc',
    handlers: {},
    network: { plugin: 'none', confDir: '/etc/cni/net.d', binDirs: ['/opt/cni/bin', '/usr/lib/cni'] },
    streaming: { address: '127.0.0.1', port: 0, tls: undefined },
    cdi: { enabled: false, specDirs: ['/etc/cdi', '/var/run/cdi'] },
    hookSpec: '',
    umask: 0o027,
  });
  expect(Object.keys(config.runtimes)).toEqual(['runc', 'crun']);
  expect(warnings).toEqual([]);
  expect(new Set(Object.values(sources))).toEqual(new Set(['default']));
});

test('every setting reaches the configuration', () => {
  const { config } = load({
    hosts: ['unix:///run/a.sock', 'unix:///run/b.sock'],
    group: 'isula',
    graph: '/data/graph',
    state: '/data/state',
    pidfile: '/data/pid',
    'log-level': 'fatal',
    'log-driver': 'stdout',
    'log-opts': { 'log-path': '/data/log', 'max-file': '3', 'max-size': '30KB', 'log-file-mode': '0600' },
    'enable-cri-v1': true,
    'enable-pod-events': true,
    'systemd-cgroup': true,
    'cgroup-parent': 'pods.slice',
    'default-runtime': 'kata',
    runtimes: { kata: { path: '/opt/kata', 'runtime-args': ['--debug'] }, crun: { path: '/opt/crun' } },
    'cri-runtimes': { vm: 'kata' },
    'network-plugin': 'cni',
    'cni-conf-dir': '/data/net.d',
    'cni-bin-dir': '/data/bin;/data/more',
    'pod-sandbox-image': 'pause:1',
    'registry-mirrors': ['http://mirror:5000/', 'hub.oepkgs.net'],
    'insecure-registries': ['10.0.0.1:5000', '[fd00::1]:5000'],
    'registries-conf': '/data/registries.conf',
    'websocket-server-listening-port': 10351,
    'streaming-address': '0.0.0.0',
    'streaming-tls': { cert: '/data/cert', key: '/data/key' },
    'enable-cdi': true,
    'cdi-spec-dirs': ['/data/cdi'],
    'hook-spec': '/data/hooks.json',
    'native.umask': 'normal',
  });
  expect(config).toEqual({
    sockets: ['/run/a.sock', '/run/b.sock'],
    group: 'isula',
    graph: '/data/graph',
    state: '/data/state',
    pidfile: '/data/pid',
    log: { level: 'error', driver: 'stdout', directory: '/data/log', maxFiles: 3, maxBytes: 30720 },
    enableCriV1: true,
    enablePodEvents: true,
    systemdCgroup: true,
    cgroupParent: 'pods.slice',
    defaultRuntime: 'kata',
    runtimes: {
      runc: { path: expect.stringMatching(/^\/.*\/runc$/), args: [] },
      crun: { path: '/opt/crun', args: [] },
      kata: { path: '/opt/kata', args: ['--debug'] },
    },
    handlers: { vm: 'kata' },
    network: { plugin: 'cni', confDir: '/data/net.d', binDirs: ['/data/bin', '/data/more'] },
    images: {
      registryMirrors: ['http://mirror:5000', 'https://hub.oepkgs.net'],
      insecureRegistries: ['10.0.0.1:5000', '[fd00::1]:5000'],
      registriesConf: '/data/registries.conf',
      podSandboxImage: 'pause:1',
    },
    streaming: { address: '0.0.0.0', port: 10351, tls: { cert: '/data/cert', key: '/data/key', ca: '' } },
    cdi: { enabled: true, specDirs: ['/data/cdi'] },
    hookSpec: '/data/hooks.json',
    umask: 0o022,
  });
});

test('a flag goes before the file, the file before the default', () => {
  const { config, sources } = load(
    { graph: '/file/graph', state: '/file/state' },
    { flags: { graph: '/flag/graph', 'insecure-registries': ['r:5000'] } },
  );
  expect(config).toMatchObject({ graph: '/flag/graph', state: '/file/state', pidfile: '/run/janus.pid' });
  expect(sources).toMatchObject({ graph: 'flag', state: 'file', pidfile: 'default', 'insecure-registries': 'flag' });
});

test('empty strings where iSulad has them mean the default', () => {
  const { config, sources } = load({
    'network-plugin': '',
    'cni-bin-dir': '',
    'cni-conf-dir': '',
    'pod-sandbox-image': '',
  });
  expect(config.network).toEqual(load({}).config.network);
  expect(sources).toMatchObject({ 'cni-bin-dir': 'default', 'cni-conf-dir': 'default' });
});

test.each([
  ['FATAL', 'error'],
  ['Alert', 'error'],
  ['CRIT', 'error'],
  ['error', 'error'],
  ['WARN', 'warn'],
  ['notice', 'info'],
  ['info', 'info'],
  ['DEBUG', 'debug'],
  ['Trace', 'debug'],
])('log level %s is %s', (given, level) => {
  expect(load({ 'log-level': given }).config.log.level).toBe(level);
});

test('keys of iSulad without effect are named in one warning', () => {
  expect(load({ 'storage-driver': 'overlay2', 'tls-verify': false, group: '' }).warnings).toEqual([
    `${file}: known, but without effect in Janus: storage-driver, tls-verify`,
  ]);
});

test('a key that stands twice is a warning', () => {
  expect(load('{"group": "a", "group": "b"}').warnings).toEqual([
    `${file}: "group": stands more than once, the last one counts`,
  ]);
});

test('events without CRI v1 are doubted', () => {
  expect(load({ 'enable-pod-events': true }).warnings).toEqual([expect.stringContaining('"enable-pod-events"')]);
  expect(load({ 'tracing-sampling-rate-per-million': 1 }).warnings).toEqual([
    expect.stringContaining('no effect without "tracing-endpoint"'),
  ]);
  expect(load({ 'enable-pod-events': true, 'enable-cri-v1': true }).warnings).toEqual([]);
});

describe('errors', () => {
  const rule = (key: string, value: unknown, text: string): string =>
    `FILE: "${key}": ${JSON.stringify(value)}: ${text}`;

  test.each([
    ['log-level', 'loud', 'must be one of FATAL, ALERT, CRIT, ERROR, WARN, NOTICE, INFO, DEBUG, TRACE'],
    ['log-level', 5, 'must be a string'],
    ['log-driver', 'syslog', 'must be one of file, stdout'],
    ['hosts', [], 'must name a socket'],
    ['hosts', Array.from({ length: 11 }, (_, n) => `unix:///run/${n}`), 'must be at most 10'],
    ['hosts', 'unix:///run/a.sock', 'must be a list of sockets'],
    ['group', null, 'must be a string'],
    ['graph', 'relative', 'must be an absolute path without "..", "//" or "/" at the end'],
    ['graph', '/a/../b', 'must be an absolute path without "..", "//" or "/" at the end'],
    ['graph', '/', 'must be an absolute path without "..", "//" or "/" at the end'],
    ['enable-cri-v1', 'yes', 'must be true or false'],
    ['network-plugin', 'kubenet', 'must be one of "", cni'],
    ['cni-bin-dir', '/a;b', 'must be absolute paths, separated by ";"'],
    ['websocket-server-listening-port', 80, 'must be a whole number from 1024 to 49151'],
    ['websocket-server-listening-port', 1024.5, 'must be a whole number from 1024 to 49151'],
    ['streaming-port', 65536, 'must be a whole number from 0 to 65535'],
    ['tracing-endpoint', '127.0.0.1:4317', ENDPOINT_RULE],
    ['tracing-endpoint', 'http://collector:4318?key=1', ENDPOINT_RULE],
    ['tracing-sampling-rate-per-million', 1_000_001, 'must be a whole number from 0 to 1000000'],
    ['streaming-address', 'localhost', 'must be an IP address'],
    ['native.umask', '0022', 'must be one of normal, secure'],
    ['runtimes', [], 'must be an object of runtimes by name'],
  ])('%s: %j', (key, value, text) => {
    expect(problemsOf({ [key]: value })).toEqual([rule(key, value, text)]);
  });

  test.each([
    [{ hosts: ['tcp://0.0.0.0:2375'] }, 'hosts": "0": "tcp://0.0.0.0:2375": must begin with unix://'],
    [{ hosts: ['unix://run/a'] }, 'hosts": "0": "unix://run/a": must be unix:// and an absolute path'],
    [{ hosts: ['unix:///run/crio/crio.sock'] }, 'must not end in crio.sock'],
    [{ hosts: [`unix:///${'a'.repeat(107)}`] }, 'must be a path of at most 107 bytes'],
    [{ hosts: ['unix:///run/a', 'unix:///run/a'] }, '"unix:///run/a": must stand once'],
    [{ runtimes: { kata: { path: 'kata' } } }, 'runtimes": "kata": "path": "kata": must be an absolute path'],
    [{ runtimes: { kata: {} } }, 'runtimes": "kata": "path": nothing: must be a string'],
    [{ runtimes: { kata: { path: '/k', extra: 1 } } }, 'runtimes": "kata": "extra": is no key of it'],
    [{ runtimes: { '../k': { path: '/k' } } }, 'runtimes": "../k": must be a name'],
    [
      { 'cri-runtimes': { kata: 'io.kata' } },
      'cri-runtimes": "kata": "io.kata": must be one of "runtimes": runc, crun',
    ],
    [{ 'default-runtime': 'lcr' }, '"default-runtime": "lcr": must be one of "runtimes": runc, crun'],
    [{ 'log-opts': { 'max-size': '1' } }, 'log-opts": "max-size": "1": must be a size of at least 4KB'],
    [{ 'log-opts': { 'max-file': '0' } }, 'log-opts": "max-file": "0": must be a number from 1 to 999'],
    [{ 'log-opts': { other: '0' } }, 'log-opts": "other": is no key of it'],
    [{ 'registry-mirrors': ['ftp://x'] }, '"ftp://x": must be https://host, http://host or host'],
    [{ 'registry-mirrors': ['https://me:secret@x'] }, '"https://***@x": must be'],
    [{ 'insecure-registries': ['http://x'] }, '"http://x": must be a registry'],
    [{ graph: '/a', state: '/a/b' }, '"state": "/a/b": must not be, hold or lie in "graph", which is /a'],
    [{ graph: '/a', state: '/a' }, '"state": "/a": must not be'],
    [{ 'systemd-cgroup': true, 'cgroup-parent': '/janus' }, '"cgroup-parent": "/janus": must be a slice'],
    [{ 'systemd-cgroup': true, 'cgroup-parent': 'a/b.slice' }, '"cgroup-parent": "a/b.slice": must be a slice'],
    [{ 'cgroup-parent': '/a/../b' }, '"cgroup-parent": "/a/../b": must be an absolute path'],
    [{ 'cgroup-parent': 'janus.slice' }, '"cgroup-parent": "janus.slice": must be an absolute path'],
    [{ 'streaming-address': '0.0.0.0' }, '"0.0.0.0": must be a loopback address without "streaming-tls"'],
    [{ 'streaming-port': 1, 'websocket-server-listening-port': 1024 }, '"streaming-port": must not be given beside'],
    [{ 'streaming-tls': { cert: '/c' } }, 'streaming-tls": "key": nothing: must be a string'],
  ])('%j', (content, text) => {
    expect(problemsOf(content)).toEqual([expect.stringContaining(text)]);
  });

  test('a key that nobody knows is named', () => {
    expect(problemsOf({ 'log-lvl': 'INFO', __proto__x: 1 })).toEqual([
      'FILE: "log-lvl": is no key that Janus or iSulad knows',
      'FILE: "__proto__x": is no key that Janus or iSulad knows',
    ]);
    expect(problemsOf('{"__proto__": {}, "constructor": {}}')).toHaveLength(2);
  });

  test('all problems of the file and the flags come together', () => {
    const problems = problemsOf(
      { 'log-level': 'loud', graph: 'x', unknown: 1 },
      { flags: { 'default-runtime': '..', hosts: ['tcp://x'] } },
    );
    expect(problems).toHaveLength(5);
    expect(problems).toContainEqual(expect.stringMatching(/^--host: "0": "tcp:\/\/x": must begin with unix/));
    expect(problems).toContainEqual(expect.stringMatching(/^--default-runtime: "\.\.": must be a name/));
  });

  test('a conflict names the flag when the value came from one', () => {
    expect(problemsOf({}, { flags: { 'default-runtime': 'lcr' } })).toEqual([
      expect.stringMatching(/^--default-runtime: "lcr"/),
    ]);
  });

  test('hosts in the file and on the command line', () => {
    expect(problemsOf({ hosts: ['unix:///run/a'] }, { flags: { hosts: ['unix:///run/b'] } })).toEqual([
      'FILE: "hosts" and --host: must be given in one of the two only',
    ]);
  });

  test('CRI v1 in a build without it', () => {
    expect(problemsOf({ 'enable-cri-v1': true }, { build: { ENABLE_CRI_API_V1: false } })).toEqual([
      'FILE: "enable-cri-v1": true: this janusd was built without CRI v1 (ENABLE_CRI_API_V1)',
    ]);
    expect(problemsOf({ 'enable-cri-v1': false }, { build: { ENABLE_CRI_API_V1: false } })).toEqual([]);
  });

  test('what is no JSON is told with its place, what is no object too', () => {
    expect(problemsOf('{\n "group": "a"\n "state": 1}')).toEqual([
      'FILE: line 3, column 2: expected "," or "}", found "\\"state\\""',
    ]);
    expect(problemsOf('[]')).toEqual(['FILE: must be a JSON object']);
  });

  test('a file that was asked for has to be there', () => {
    expect(problemsOf(undefined, { fileRequired: true })).toEqual([
      expect.stringContaining('FILE: cannot be read: ENOENT'),
    ]);
  });

  test('a file that cannot be read is an error even if nobody asked for it', () => {
    expect(problemsOf(undefined, { file: directory })).toEqual([expect.stringContaining('cannot be read: EISDIR')]);
  });
});

test('credentials in the endpoint of traces are refused, and not shown', () => {
  expect(problemsOf({ 'tracing-endpoint': 'http://me:secret@collector:4318' })).toEqual([
    `FILE: "tracing-endpoint": "http://***@collector:4318": ${ENDPOINT_RULE}`,
  ]);
});

test('traces go nowhere unless an endpoint is given', () => {
  expect(load({}).config.tracing).toBeUndefined();
  expect(load({ 'tracing-endpoint': '' }).config.tracing).toBeUndefined();
  expect(load({ 'tracing-endpoint': 'http://collector:4318/' }).config.tracing).toEqual({
    endpoint: 'http://collector:4318',
    samplingRatePerMillion: 0,
  });
});
