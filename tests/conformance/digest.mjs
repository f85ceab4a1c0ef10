import { chmod, readFile, writeFile } from 'node:fs/promises';

/** critest has the digest of one image compiled in, and nobody can make other content with that digest. */
const upstream = Buffer.from('9700f9a2f5bf2c45f2f605a0bd3bce7cf37420ec9d3ed50ac2758413308766bf');

/** Writes a copy of critest in which that digest is the testbed's, as `digestFile` says it (`sha256:` and 64 digits). */
export async function patchDigest(source, target, digestFile) {
  const digest = /^sha256:([0-9a-f]{64})\s*$/.exec(await readFile(digestFile, 'utf8'))?.[1];
  if (digest === undefined) throw new Error(`${digestFile}: no digest`);
  const program = await readFile(source);
  let at = program.indexOf(upstream);
  if (at === -1) throw new Error(`${source}: the digest of test-image-digest is not in it`);
  for (; at !== -1; at = program.indexOf(upstream, at)) program.write(digest, at, 'latin1');
  await writeFile(target, program);
  await chmod(target, 0o755);
}
