import { expect, it } from 'vitest';
import { commandFault } from '../../../src/runtime/command-fault.ts';

const RUNC = 'runc create failed: unable to start container process: ';

it.each([
  [`${RUNC}exec: "x": executable file not found in $PATH`, 127, 'exec: "x": executable file not found in $PATH'],
  [`${RUNC}exec: "/x": stat /x: no such file or directory`, 127, 'exec: "/x": stat /x: no such file or directory'],
  [
    `${RUNC}exec: "/bin/sh/x": stat /bin/sh/x: not a directory`,
    127,
    'exec: "/bin/sh/x": stat /bin/sh/x: not a directory',
  ],
  [`${RUNC}exec: "/etc/passwd": permission denied`, 126, 'exec: "/etc/passwd": permission denied'],
  [`${RUNC}error during container init: exec: "/etc": is a directory`, 126, 'exec: "/etc": is a directory'],
  [`${RUNC}exec /bin/bad: exec format error`, 126, 'exec /bin/bad: exec format error'],
  ['executable file `x` not found in $PATH: No such file or directory', 127, undefined],
  ['open executable: Not a directory', 127, undefined],
  ['open executable: Permission denied', 126, undefined],
  ['open executable: Operation not permitted', 126, undefined],
])('%s: %i', (words, exitCode, message = words) => {
  expect(commandFault(words)).toEqual({ exitCode, message });
});

it.each([
  `${RUNC}error during container init: mkdir /etc/passwd: not a directory`,
  `${RUNC}error during container init: error mounting "/x" to rootfs at "/y": no such file or directory`,
  'mount `/x` to `/y`: Permission denied',
  'container_linux.go: exec: "x": something else',
])('%s is not about the command', (words) => {
  expect(commandFault(words)).toBeUndefined();
});
