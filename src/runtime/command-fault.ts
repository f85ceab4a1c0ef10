import type { CommandFault } from '../core/model/container.ts';

/**
 * Where the runtimes begin to speak of the command: runc quotes it after `exec`, crun calls it the executable. Other failures (a mount, the
 * working directory) end with the same words of the kernel, so those alone say nothing.
 */
const ABOUT_COMMAND = /\bexec:? ["/]|\bexecutable file\b|\bopen executable\b/;
const NO_EXECUTABLE = /permission denied|operation not permitted|is a directory|exec format error/i;
const NOT_THERE = /not found|no such file or directory|not a directory/i;

/** The fault of the command in a runtime's words; undefined: they are about something else. */
export const commandFault = (words: string): CommandFault | undefined => {
  const at = words.search(ABOUT_COMMAND);
  if (at < 0) return undefined;
  const message = words.slice(at);
  if (NO_EXECUTABLE.test(message)) return { exitCode: 126, message };
  return NOT_THERE.test(message) ? { exitCode: 127, message } : undefined;
};
