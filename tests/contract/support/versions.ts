import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist } from '../../support/paths.ts';

export type Version = 'v1alpha2' | 'v1';

export interface Pair {
  /** Over which version a thing is made. */
  readonly maker: Version;
  /** Over which version it is looked at, used and removed. */
  readonly user: Version;
}

const read = (): readonly Version[] => {
  const asked = process.env['JANUS_API'] ?? '';
  if (asked !== '' && asked !== 'v1alpha2') throw new Error(`JANUS_API: ${asked}: must be v1alpha2 or not be set`);
  const build = JSON.parse(readFileSync(join(dist, 'build.json'), 'utf8')) as { ENABLE_CRI_API_V1: boolean };
  return build.ENABLE_CRI_API_V1 && asked === '' ? ['v1alpha2', 'v1'] : ['v1alpha2'];
};

/** What the suite speaks: both versions, or v1alpha2 alone where the build has no v1 or JANUS_API says so. */
export const versions: readonly Version[] = read();

export const withV1 = versions.includes('v1');

/** One body, both versions: each test of a pair runs once for each of these. */
export const pairs: readonly Pair[] = withV1
  ? [
      { maker: 'v1alpha2', user: 'v1' },
      { maker: 'v1', user: 'v1alpha2' },
    ]
  : [{ maker: 'v1alpha2', user: 'v1alpha2' }];
