import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { janus, janusLine } from '../../support/janus.ts';
import { openTerminal, type Terminal } from '../../support/terminal.ts';
import { openWorld, type World } from './world.ts';

describe.each([
  { shell: 'bash', program: 'bash --norc' },
  { shell: 'zsh', program: 'zsh -f' },
  { shell: 'fish', program: 'fish --private' },
])('in $shell', ({ shell, program }) => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = openTerminal(program);
    writeFileSync(join(terminal.home, 'completion'), janus('completion', shell).stdout);
    terminal.type('source ~/completion && echo "re"ady');
    terminal.press('Enter');
    await terminal.shows(/^ready/m);
  });
  afterAll(() => terminal.close());

  const completed = async (typed: string, whole: RegExp): Promise<void> => {
    terminal.press('C-u');
    terminal.type(typed);
    terminal.press('Tab');
    await terminal.shows(whole);
  };

  test('the Tab key completes a command, a command below it, and an option', async () => {
    await completed('janus statu', /janus status/);
    await completed('janus config mig', /janus config migrate/);
    await completed('janus status --outp', /janus status --output/);
    await completed('janus bug-report --lin', /janus bug-report --lines/);
  });
});

describe('janus top', () => {
  let world: World;
  let terminal: Terminal;
  beforeAll(async () => {
    world = await openWorld({ name: 'top', octet: 73 });
    const line = janusLine('top', '--socket', world.bed.socket, '--delay', '0.5');
    terminal = openTerminal(line.map((word) => `'${word}'`).join(' '));
  });
  afterAll(async () => {
    await terminal.close();
    await world.close();
  });

  test('shows one view at a time, and follows what happens', async () => {
    const first = await terminal.shows(/^shop +web +\d/m);
    expect(first.match(/pods with figures/g)).toHaveLength(1);
    await world.client.runtime.removePodSandbox({ podSandboxId: world.podSandboxId });
    await terminal.shows(/^0 pods with figures/m);
    expect(terminal.screen()).not.toContain('shop');
  });
});
