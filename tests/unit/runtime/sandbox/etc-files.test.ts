import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxConfig } from '../../../../src/core/model/sandbox.ts';
import { podHostname, writeEtcFiles, writeHosts } from '../../../../src/runtime/sandbox/etc-files.ts';
import { layoutOf, type SandboxLayout } from '../../../../src/runtime/sandbox/layout.ts';
import { podConfig, sandboxRecord, withNamespaces } from '../../core/fakes/records.ts';

let layout: SandboxLayout;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'janus-etc-'));
  layout = {
    ...layoutOf(directory, 'id'),
    resolvConf: join(directory, 'r'),
    hostname: join(directory, 'n'),
    hosts: join(directory, 'h'),
  };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const pod = (changes: Partial<SandboxConfig> = {}) => sandboxRecord({ config: podConfig(changes) });
const read = (path: string): string => readFileSync(path, 'utf8');

describe('resolv.conf', () => {
  it('has what the pod asks for', () => {
    const dns = { servers: ['10.0.0.10', 'fd00::a'], searches: ['a.local', 'b.local'], options: ['ndots:5', 'edns0'] };
    writeEtcFiles(pod({ dns }), layout);
    expect(read(layout.resolvConf)).toBe(
      'search a.local b.local\nnameserver 10.0.0.10\nnameserver fd00::a\noptions ndots:5 edns0\n',
    );
  });

  it('leaves out what is not asked for', () => {
    writeEtcFiles(pod({ dns: { servers: ['1.1.1.1'], searches: [], options: [] } }), layout);
    expect(read(layout.resolvConf)).toBe('nameserver 1.1.1.1\n');
  });

  it.each([undefined, { servers: [], searches: [], options: [] }])('is the host’s for %j', (dns) => {
    writeEtcFiles(pod({ dns }), layout);
    expect(read(layout.resolvConf)).toBe(read('/etc/resolv.conf'));
  });
});

describe('the host name', () => {
  it('is the pod’s, or else the host’s', () => {
    writeEtcFiles(pod({ hostname: 'web-1' }), layout);
    expect(read(layout.hostname)).toBe('web-1\n');
    expect(podHostname(pod({ hostname: '' }))).toBe(hostname());
  });
});

describe('hosts', () => {
  it('knows the pod by all of its addresses', () => {
    writeHosts(pod({ hostname: 'web-1' }), layout, ['10.0.0.2', 'fd00::2']);
    expect(read(layout.hosts)).toMatch(/^127\.0\.0\.1\tlocalhost\n/);
    expect(read(layout.hosts)).toMatch(/\n10\.0\.0\.2\tweb-1\nfd00::2\tweb-1\n$/);
  });

  it('of the host’s network is the host’s', () => {
    writeHosts(pod(withNamespaces({ network: 'node' })), layout, []);
    expect(read(layout.hosts)).toBe(read('/etc/hosts'));
  });
});

it('every user of a container may read them', () => {
  writeEtcFiles(pod(), layout);
  for (const path of [layout.resolvConf, layout.hostname, layout.hosts])
    expect(statSync(path).mode & 0o777).toBe(0o644);
});
