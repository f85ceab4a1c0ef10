import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testbedDir, testbedScripts } from './paths.mjs';
import { run } from './processes.mjs';

const startedByUs = 0;
const answersAlready = 4;
export const digestFile = join(testbedDir, 'out', 'test-image-digest');

async function script(name, args, allowed = [0]) {
  const { status, output } = await run(join(testbedScripts, name), args);
  if (!allowed.includes(status)) throw new Error(`${name} failed: ${output.slice(-2000)}`);
  return status;
}

/** Whatever answers on the port must have our images: another registry would make every suite fail obscurely. */
async function checkImages() {
  const url = 'http://127.0.0.1:5000/v2/k8s-staging-cri-tools/test-image-digest/tags/list';
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error('the registry on 127.0.0.1:5000 does not have the images of the testbed');
}

async function build() {
  if (existsSync(digestFile)) return;
  console.log('building the images of the testbed');
  await script('build-images.sh', []);
}

/** Runs `use` with images built and the registry up. A registry that was up before stays up. */
export async function withTestbed({ keep }, use) {
  await script('packages.sh', []);
  const status = await script('registry.sh', ['start'], [startedByUs, answersAlready]);
  try {
    await build();
    await checkImages();
    return await use();
  } finally {
    if (status === startedByUs && !keep) await script('registry.sh', ['stop']);
  }
}
