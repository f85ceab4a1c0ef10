import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountsBelow, removeCgroups } from '../../support/bed.ts';
import { mustRun } from '../../support/command.ts';
import { repository, tool } from '../../support/paths.ts';
import { isWhole, missing, outputs, scriptOf, stepsOf, unmarked } from './page.ts';

const GUIDES = join(repository, 'docs/guides');
const pages = readdirSync(GUIDES)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(GUIDES, name), 'utf8') }));
const SECONDS = 420;
const crictl = tool('crictl-1.36');

let shared: string;
let deb: string;
beforeAll(() => {
  shared = mkdtempSync(join(tmpdir(), 'janus-guides-'));
  // Not to be sent anywhere: compressing takes longer than all else.
  mustRun('env', 'DPKG_DEB_COMPRESSOR_TYPE=none', join(repository, 'scripts/package.sh'), shared);
  deb = join(shared, readdirSync(shared).find((name) => name.endsWith('.deb')) ?? '');
  const store = ['graph', 'run'].map((name) => join(shared, name)) as [string, string];
  mustRun(join(repository, 'scripts/lib/busybox-image.sh'), ...store, 'docker.io/library/busybox:latest');
  const image = `containers-storage:[overlay@${store[0]}+${store[1]}]docker.io/library/busybox:latest`;
  mustRun('skopeo', 'copy', '--quiet', image, `dir:${join(shared, 'busybox')}`);
}, 300_000);
afterAll(() => {
  // containers/storage binds its directory onto itself.
  for (const path of mountsBelow(shared)) mustRun('umount', path);
  rmSync(shared, { recursive: true, force: true });
});

/** The package is there unless the page itself installs it; what it has to pull is in the registries. */
const prepare = (page: string): string =>
  [
    'set -euo pipefail',
    `skopeo copy --quiet --dest-tls-verify=false dir:${shared}/busybox docker://127.0.0.1:5000/library/busybox:latest`,
    page.includes('scripts/package.sh') ? `cd ${repository}` : `dpkg --install ${deb} >/dev/null`,
    '',
  ].join('\n');

const CLEAN_UP = 'if [ -S /run/janus/janus.sock ]; then crictl rmp -fa || true; fi\n';

/** What a pod that was not removed leaves on the host: all else goes with the namespaces of the page's machine. */
const podCgroups = (): string => mustRun('find', '/sys/fs/cgroup', '-type', 'd', '-path', '/sys/fs/cgroup/*/janus/*');

interface Run {
  readonly output: string;
  readonly left: string;
}

const run = (page: string): Run => {
  const work = mkdtempSync(join(tmpdir(), 'janus-guide-'));
  mkdirSync(join(work, 'home'));
  const script = join(work, 'guide.sh');
  writeFileSync(script, `${prepare(page)}trap '${CLEAN_UP}' EXIT\n${scriptOf(stepsOf(page))}`);
  const isolated = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
  try {
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      [...isolated, join(import.meta.dirname, 'machine.sh'), work, 'bash', '-c', `bash ${script} 2>&1`],
      {
        encoding: 'utf8',
        timeout: SECONDS * 1000,
        killSignal: 'SIGKILL',
        env: { ...process.env, CRICTL: crictl ?? '', DEBIAN_FRONTEND: 'noninteractive' },
      },
    );
    return {
      output: `${stdout}${status === 0 ? '' : `\nended with ${status}: ${stderr}`}`,
      left: podCgroups(),
    };
  } finally {
    removeCgroups('-path', '/sys/fs/cgroup/*/janus/*');
    removeCgroups('-path', '*/janus*', '-name', 'janus');
    rmSync(work, { recursive: true, force: true });
  }
};

describe.skipIf(crictl === undefined)('the commands of', () => {
  test.each(pages.filter(({ text }) => stepsOf(text).length > 0))(
    '$name do what the page says',
    ({ text }) => {
      const steps = stepsOf(text);
      const { output, left } = run(text);
      expect(isWhole(output), output).toBe(true);
      const printed = outputs(output, steps.length);
      const wrong = steps.flatMap((step, at) =>
        missing(step, printed[at] ?? '').map((line) => `line ${step.line}: ${line}\nprinted:\n${printed[at] ?? ''}`),
      );
      expect(wrong).toEqual([]);
      expect(left, output).toBe('');
    },
    SECONDS * 1000,
  );
});

test.each(pages)('$name says of each command that is not run that it is not', ({ text }) => {
  expect(unmarked(text)).toEqual([]);
});
