import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../../src/host/process-identity.ts';
import { command, mustRun } from './command.ts';
import { until } from './wait.ts';

/** A program in a terminal of its own, which is typed into and looked at. */
export interface Terminal {
  /** Its home directory, which is gone with it. */
  readonly home: string;
  type(text: string): void;
  /** A key by tmux's name of it: `Tab`, `Enter`, `C-c`. */
  press(key: string): void;
  screen(): string;
  /** Waits until the screen has this. */
  shows(what: RegExp): Promise<string>;
  close(): Promise<void>;
}

/** By tmux, of a server of its own. */
export const openTerminal = (program: string): Terminal => {
  const home = mkdtempSync(join(tmpdir(), 'janus-terminal-'));
  const tmux = (...args: readonly string[]): string =>
    mustRun('tmux', '-S', join(home, 'tmux'), '-f', '/dev/null', ...args);
  const session = ['-d', '-P', '-F', '#{pane_pid}'];
  const shell = Number(
    tmux('new-session', ...session, '-x', '160', '-y', '40', '-c', home, `env HOME=${home} TERM=screen ${program}`),
  );
  const screen = (): string => tmux('capture-pane', '-p', '-J');
  return {
    home,
    screen,
    type: (text) => void tmux('send-keys', '-l', text),
    press: (key) => void tmux('send-keys', key),
    shows: async (what) => {
      await until(`the terminal shows ${what}`, () => what.test(screen()), 60).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${screen()}`);
      });
      return screen();
    },
    close: async () => {
      command('tmux', ['-S', join(home, 'tmux'), 'kill-server']);
      // A shell writes its history while it ends.
      await until('the program in the terminal has ended', () => identify(shell) === undefined, 60);
      rmSync(home, { recursive: true, force: true });
    },
  };
};
