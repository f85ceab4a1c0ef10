import { expect, test } from 'vitest';
import { lastReason } from '../../../src/host/tool-log.ts';

test.each([
  [
    'time="t" level=error msg="runc create failed: exec: \\"/bin\\": permission denied"\n',
    'runc create failed: exec: "/bin": permission denied',
  ],
  ['level=fatal msg="why"\nlevel=error msg="later"\n', 'why'],
  ['level=warning msg="beside"\nlevel=error msg="why"', 'why'],
  ['some words\nexecutable file `x` not found', 'executable file `x` not found'],
  ['level=fatal msg="\\x1b[1m"', '\\x1b[1m'],
  ['', ''],
])('%j failed for %j', (stderr, reason) => {
  expect(lastReason(stderr)).toBe(reason);
});
