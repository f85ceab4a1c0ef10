import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bed, IMAGE } from '../../support/bed.ts';
import { mustRun } from '../../support/command.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:100::/home/web:/bin/sh\n';
const GROUP = 'root:x:0:\nusers:x:100:\nvideo:x:44:web\n';

/** In which everything that an image can say about its containers says something. */
export const CONFIGURED = 'docker.io/library/janus-configured:latest';

const SETTINGS = [
  ...['--user', 'web', '--workingdir', '/srv', '--volume', '/vol', '--stop-signal', 'SIGUSR1'],
  ...['--env', 'FROM=image', '--env', 'OVER=image', '--entrypoint', '["/bin/entry","one"]', '--cmd', 'two'],
];

/** Says its arguments, and how it is told to stop. */
const ENTRY = `#!/bin/sh
echo "args $*"
trap 'echo told by USR1; exit 7' USR1
trap 'echo told by USR2; exit 8' USR2
while true; do sleep 0.1; done
`;

/** Builds it on the bed's image, into the bed's store. */
export const buildConfigured = (bed: Bed): void => {
  const buildah = (...args: readonly string[]): string =>
    mustRun(
      'buildah',
      ...['--root', join(bed.graph, 'storage'), '--runroot', join(bed.state, 'storage'), '--storage-driver', 'overlay'],
      ...args,
    );
  const files = mkdtempSync(join(bed.directory, 'image-'));
  for (const [name, content] of Object.entries({ passwd: PASSWD, group: GROUP, entry: ENTRY, seed: 'seed\n' }))
    writeFileSync(join(files, name), content);
  const container = buildah('from', IMAGE);
  buildah('copy', '-q', container, join(files, 'passwd'), join(files, 'group'), '/etc/');
  buildah('copy', '-q', '--chmod', '755', container, join(files, 'entry'), '/bin/');
  buildah('copy', '-q', '--chown', '1000:100', container, join(files, 'seed'), '/vol/');
  buildah('config', ...SETTINGS, container);
  buildah('commit', '-q', '--rm', container, CONFIGURED);
};
