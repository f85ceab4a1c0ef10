import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { newSandboxId } from '../../../src/core/model/ids.ts';
import type { SandboxConfig, SandboxRecord } from '../../../src/core/model/sandbox.ts';
import type { LogFields, Logger } from '../../../src/core/ports/logger.ts';
import type { PodNetwork } from '../../../src/core/ports/pod-network.ts';
import { createCniNetwork } from '../../../src/network/cni.ts';

const config: SandboxConfig = {
  metadata: { name: 'web', uid: 'u-1', namespace: 'shop', attempt: 0 },
  hostname: '',
  logDirectory: '',
  dns: undefined,
  portMappings: [],
  labels: {},
  annotations: {},
  cgroupParent: '',
  sysctls: {},
  security: {
    namespaces: { network: 'pod', pid: 'container', ipc: 'pod', targetId: '', user: undefined },
    selinux: undefined,
    runAsUser: undefined,
    runAsGroup: undefined,
    readonlyRootfs: false,
    supplementalGroups: [],
    supplementalGroupsPolicy: 'merge',
    privileged: false,
    seccomp: undefined,
    apparmor: undefined,
  },
  overhead: undefined,
  resources: undefined,
};

export const sandboxWith = (changes: Partial<SandboxConfig> = {}): SandboxRecord => ({
  id: newSandboxId(),
  name: 'k8s_POD_web_shop_u-1_0',
  config: { ...config, ...changes },
  runtimeHandler: '',
  runtime: 'runc',
  cgroupDriver: 'cgroupfs',
  cgroupParent: '/kubepods/pod1',
  createdAt: 1n,
  state: { kind: 'creating' },
});

/** A directory for one test. */
export const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'janus-network-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export const listening = (): { logger: Logger; lines: Line[] } => {
  const lines: Line[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push({ level, message, fields });
  const logger: Logger = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: () => logger,
  };
  return { logger, lines };
};

/** For what happens soon, on a machine that may have much else to do. */
export const patient = { timeout: 20_000 } as const;

export const never = { signal: new AbortController().signal } as const;

interface Call {
  readonly env: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly verb: string;
}

export interface Lab {
  readonly confDir: string;
  readonly binDir: string;
  readonly cacheDir: string;
  readonly lines: Line[];
  /** Calls of recording plugins so far, in order. */
  calls(): readonly Call[];
  configure(file: string, content: unknown): void;
  /** A plugin that is a shell script; `$dir` is a directory for its own use. */
  plugin(type: string, body: string): void;
  /** A plugin that records how it was called, then does `body`. */
  recorder(type: string, body?: string): void;
  start(timeoutMs?: number): Promise<PodNetwork & { close(): void }>;
}

/** What a main plugin answers to ADD, as shell. */
export const answer = (result: unknown): string =>
  `[ "$CNI_COMMAND" = DEL ] || cat <<'RESULT'\n${JSON.stringify(result)}\nRESULT\n`;

export const oneAddress = { cniVersion: '1.0.0', ips: [{ address: '10.1.2.3/24' }] };

const RECORD = `n=$(wc -l < "$dir/calls"); { echo "$CNI_COMMAND \${0##*/} $n" >> "$dir/calls"; env > "$dir/$n.env"; cat > "$dir/$n.json"; }`;

const parseEnv = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

export const lab = (): Lab => {
  const root = temporary();
  const [confDir, binDir, cacheDir, scratch] = ['conf', 'bin', 'cache', 'scratch'].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const directory of [confDir, binDir, scratch]) mkdirSync(directory);
  writeFileSync(join(scratch, 'calls'), '');
  const { logger, lines } = listening();
  const plugin = (type: string, body: string): void => {
    writeFileSync(join(binDir, type), `#!/bin/sh\ndir=${scratch}\n${body}\n`);
    chmodSync(join(binDir, type), 0o755);
  };
  return {
    confDir,
    binDir,
    cacheDir,
    lines,
    calls: () =>
      readFileSync(join(scratch, 'calls'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [verb = '', type = '', n = ''] = line.split(' ');
          const env = parseEnv(readFileSync(join(scratch, `${n}.env`), 'utf8'));
          return { verb, type, env, config: JSON.parse(readFileSync(join(scratch, `${n}.json`), 'utf8')) };
        }),
    configure: (file, content) => {
      if (!existsSync(confDir)) mkdirSync(confDir);
      writeFileSync(join(confDir, file), typeof content === 'string' ? content : JSON.stringify(content));
    },
    plugin,
    recorder: (type, body = answer(oneAddress)) => plugin(type, `${RECORD}\n${body}`),
    start: async (timeoutMs) => {
      const network = await createCniNetwork({
        confDir,
        binDirs: [join(root, 'nothing-here'), binDir],
        cacheDir,
        logger,
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      onTestFinished(() => network.close());
      return network;
    },
  };
};

export const MAIN = { cniVersion: '1.0.0', ips: [{ address: '10.1.2.3/24' }, { address: 'fd00::3/64' }] };
export const META = { ...MAIN, meta: true };

/** Two plugins in the default network, one in each of `red` and `blue`. */
export const ready = (): Lab => {
  const one = lab();
  const version = { cniVersion: '1.0.0' };
  one.configure('10-pods.conflist', {
    ...version,
    name: 'pods',
    plugins: [
      { type: 'main', mtu: 1400 },
      { type: 'meta', capabilities: { portMappings: true, ipRanges: true } },
    ],
  });
  one.configure('20-red.conf', { ...version, name: 'red', type: 'second' });
  one.configure('30-blue.json', { ...version, name: 'blue', type: 'third' });
  one.recorder('main', answer(MAIN));
  one.recorder('meta', answer(META));
  one.recorder('second', answer({ cniVersion: '1.0.0', ips: [{ address: '10.9.9.9/24' }] }));
  one.recorder('third', answer({ cniVersion: '1.0.0', interfaces: [{ name: 'net1' }] }));
  return one;
};

export const verbs = (one: Lab): readonly string[] => one.calls().map(({ verb, type }) => `${verb} ${type}`);
export const kept = (one: Pick<Lab, 'cacheDir'>): readonly string[] =>
  readdirSync(one.cacheDir).filter((name) => name.endsWith('.json'));
