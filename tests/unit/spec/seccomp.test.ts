import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSeccompProfile, resolveSeccomp } from '../../../src/runtime/spec/seccomp-profile.ts';
import { readLocalhostSeccomp, seccompFor } from '../../../src/runtime/spec/security.ts';
import { host, security } from './fixtures.ts';

const target = { capabilities: ['CAP_CHOWN', 'CAP_SYS_ADMIN'], arch: 'amd64', kernel: [5, 4] as const };
const parse = (value: unknown) => parseSeccompProfile(JSON.stringify(value), 'test.json');
const rule = (name: string, over: object = {}) => ({ names: [name], action: 'SCMP_ACT_ALLOW', ...over });
const namesFor = (rules: object[], over: Partial<typeof target> = {}) =>
  resolveSeccomp(parse({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: rules }), { ...target, ...over }).syscalls.flatMap(
    ({ names }) => names,
  );

describe('resolveSeccomp', () => {
  test("the specification's own form passes through", () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      defaultErrnoRet: 38,
      architectures: ['SCMP_ARCH_X86_64'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [
        {
          names: ['chmod'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 1,
          args: [{ index: 0, value: 1, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
        },
      ],
    };
    expect(resolveSeccomp(parse(profile), target)).toEqual(profile);
  });

  test("moby's form loses its conditions, comments and empty arguments", () => {
    const profile = parse({
      defaultAction: 'SCMP_ACT_ERRNO',
      archMap: [
        { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
      ],
      syscalls: [rule('read', { args: [], comment: 'x', includes: {}, excludes: {} }), rule('write', { args: null })],
    });
    expect(resolveSeccomp(profile, target)).toEqual({
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
      syscalls: [rule('read'), rule('write')],
    });
  });

  test.each([
    [{ includes: { caps: ['CAP_SYS_ADMIN'] } }, true],
    [{ includes: { caps: ['CAP_SYS_ADMIN', 'CAP_BPF'] } }, false],
    [{ excludes: { caps: ['CAP_BPF', 'CAP_SYS_ADMIN'] } }, false],
    [{ excludes: { caps: ['CAP_BPF'] } }, true],
    [{ includes: { arches: ['amd64', 'x32'] } }, true],
    [{ includes: { arches: ['arm64'] } }, false],
    [{ excludes: { arches: ['amd64'] } }, false],
    [{ includes: { minKernel: '4.8' } }, true],
    [{ includes: { minKernel: '5.4' } }, true],
    [{ includes: { minKernel: '5.10' } }, false],
    [{ includes: { minKernel: '6.0' } }, false],
    [{ excludes: { minKernel: '4.8' } }, false],
  ])('a rule with %j applies: %s', (condition, expected) => {
    expect(namesFor([rule('bpf', condition)])).toEqual(expected ? ['bpf'] : []);
  });

  test.each([
    'not json',
    '[]',
    '{}',
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":{}}',
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["x"]}]}',
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["x"],"action":"A","args":[{"index":0,"value":18446744073709551615,"op":"E"}]}]}',
  ])('%s is no profile', (text) => {
    expect(() => parseSeccompProfile(text, 'p.json')).toThrow('p.json is not a seccomp profile');
  });
});

describe('readLocalhostSeccomp', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'janus-seccomp-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));
  const read = (ref: string, privileged = false) =>
    readLocalhostSeccomp({ ...security, privileged, seccomp: { kind: 'localhost', ref } });

  test('reads the file, through a link too', async () => {
    writeFileSync(join(base, 'p.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    symlinkSync('p.json', join(base, 'link'));
    expect(await read(join(base, 'p.json'))).toMatchObject({ defaultAction: 'SCMP_ACT_ALLOW' });
    expect(await read(join(base, 'link'))).toMatchObject({ defaultAction: 'SCMP_ACT_ALLOW' });
  });

  test('is not read for privileged containers or other profiles', async () => {
    expect(await read(join(base, 'missing'), true)).toBeUndefined();
    expect(await readLocalhostSeccomp({ ...security, seccomp: { kind: 'runtime-default' } })).toBeUndefined();
  });

  test('refuses a relative, missing, endless or large one', async () => {
    await expect(read('p.json')).rejects.toThrow('absolute');
    await expect(read(join(base, 'missing'))).rejects.toThrow('ENOENT');
    execFileSync('mkfifo', [join(base, 'fifo')]);
    await expect(read(join(base, 'fifo'))).rejects.toThrow('not a regular file');
    writeFileSync(join(base, 'large'), ' '.repeat(1024 * 1024 + 1));
    await expect(read(join(base, 'large'))).rejects.toThrow('larger than');
  });
});

describe('seccompFor', () => {
  const defaultProfile = parse({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [rule('bpf', { includes: { caps: ['CAP_BPF'] } })],
  });
  const localhost = parse({ defaultAction: 'SCMP_ACT_LOG' });
  const withDefault = { ...host, seccomp: { defaultProfile } };
  const build = (over: Partial<typeof security>, facts = withDefault as typeof host) =>
    seccompFor({ security: { ...security, ...over }, host: facts, capabilities: ['CAP_BPF'], localhost });
  const runtimeDefault = { seccomp: { kind: 'runtime-default' as const } };

  test('none without a profile, unconfined, or privileged', () => {
    expect(build({})).toBeUndefined();
    expect(build({ seccomp: { kind: 'unconfined' } })).toBeUndefined();
    expect(build({ ...runtimeDefault, privileged: true })).toBeUndefined();
    expect(build({}, { ...host, seccomp: undefined })).toBeUndefined();
  });

  test("the host's default, resolved for the container's capabilities", () => {
    expect(build(runtimeDefault)).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['bpf'] }] });
  });

  test('a file of the host', () => {
    expect(build({ seccomp: { kind: 'localhost', ref: '/p' } })).toMatchObject({ defaultAction: 'SCMP_ACT_LOG' });
  });

  test('what the host lacks is an error, not silence', () => {
    expect(() => build(runtimeDefault, { ...host, seccomp: undefined })).toThrow('does not support seccomp');
    expect(() => build(runtimeDefault, host)).toThrow('no default seccomp profile');
  });
});
