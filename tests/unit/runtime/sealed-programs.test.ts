import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSealedPrograms } from '../../../src/runtime/sealed-programs.ts';
import { mustRun } from '../../support/command.ts';

let root: string;
let programOf: ReturnType<typeof createSealedPrograms>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'janus-sealed-'));
  programOf = createSealedPrograms(join(root, 'programs'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Two programs that say which they are. */
const TRUE = realpathSync('/bin/true');
const ECHO = realpathSync('/bin/echo');

const install = (program: string, name = 'runc'): string => {
  const path = join(root, name);
  rmSync(path, { force: true });
  copyFileSync(program, path);
  return path;
};

describe('the program of a runtime', () => {
  it.each(['runc', 'crun'])('is a copy in memory which nobody can write to, and which runs: %s', (name) => {
    const link = programOf('own', install(ECHO, name));
    expect(link).toBe(join(root, 'programs/own', name));
    expect(mustRun(link, 'it runs')).toBe('it runs');
    expect(readFileSync(link)).toEqual(readFileSync(ECHO));
    expect(readlinkSync(link)).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
    expect(() => writeFileSync(openSync(link, 'r+'), 'x')).toThrow(/EPERM/);
  });

  it('is copied once', () => {
    const path = install(ECHO);
    const target = readlinkSync(programOf('own', path));
    expect(readlinkSync(programOf('own', path))).toBe(target);
  });

  it('is the new one after an upgrade', () => {
    const before = readlinkSync(programOf('own', install(ECHO)));
    const link = programOf('own', install(TRUE));
    expect(readFileSync(link)).toEqual(readFileSync(TRUE));
    expect(readFileSync(before), 'who starts from the old one still can').toEqual(readFileSync(ECHO));
  });

  it('is that of its runtime, where two runtimes have programs of one name', () => {
    const [one, other] = [programOf('one', install(ECHO)), programOf('other', install(TRUE))];
    expect(readFileSync(one)).toEqual(readFileSync(ECHO));
    expect(readFileSync(other)).toEqual(readFileSync(TRUE));
  });

  it('is started where it lies when it is a script, another program, not there, or looked up in PATH', () => {
    const script = join(root, 'crun');
    writeFileSync(script, '#!/bin/sh\nexec crun "$@"\n', { mode: 0o755 });
    for (const path of [script, install(ECHO, 'runsc'), '/nowhere/runc', 'runc'])
      expect(programOf('own', path)).toBe(path);
  });

  it('is started where it lies when no copy can be made', () => {
    writeFileSync(join(root, 'file'), '');
    const path = install(ECHO);
    expect(createSealedPrograms(join(root, 'file'))('own', path)).toBe(path);
  });
});
