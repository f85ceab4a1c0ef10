import { createHash } from 'node:crypto';
import { invalidArgument, JanusError, messageOf } from '../core/errors.ts';
import { createLimit } from '../core/limit.ts';
import type { Image } from '../core/model/image.ts';
import type { PullRequest, PullStage } from '../core/ports/image-store.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Meter } from '../core/ports/meter.ts';
import type { Staged } from '../core/stages.ts';
import type { CatalogReader } from './catalog.ts';
import { createJoined } from './joined.ts';
import { lookUp } from './lookup.ts';
import { canonical, parseReference, type Reference } from './reference.ts';
import { copyImage, type SkopeoOptions } from './skopeo.ts';

export interface PullOptions extends SkopeoOptions {
  readonly read: CatalogReader;
  readonly logger: Logger;
  readonly meter: Pick<Meter, 'pull'>;
}

export type Pull = (request: PullRequest, options: Staged<PullStage>) => Promise<Image>;

const PULLS_AT_ONCE = 4;

/** Pulls of one reference with the same credentials are one; others run beside each other, some at a time. */
export const createPull = (options: PullOptions): Pull => {
  const joined = createJoined<Image>();
  const limit = createLimit(PULLS_AT_ONCE);
  return async ({ reference, auth }, { signal, stage }) => {
    const parsed = pullable(reference);
    const work: Work = { reference: parsed, auth };
    return joined(
      keyOf(work),
      ({ signal: own }) => limit(own, () => pullLogged(options, work, { signal: own, stage })),
      { signal },
    );
  };
};

interface Work {
  readonly reference: Reference;
  readonly auth: PullRequest['auth'];
}

const pullable = (text: string): Reference => {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) throw invalidArgument('image', 'an image cannot be pulled by its id');
  return parseReference(text);
};

// A digest of the credentials, so that they are not kept in one more place.
const keyOf = ({ reference, auth }: Work): string =>
  `${canonical(reference)} ${createHash('sha256')
    .update(JSON.stringify(auth ?? null))
    .digest('hex')}`;

const pullLogged = async (
  { logger, meter, ...options }: PullOptions,
  work: Work,
  staged: Staged<PullStage>,
): Promise<Image> => {
  const log = logger.child({ image: canonical(work.reference) });
  const begin = performance.now();
  log.info('pulling image');
  try {
    const image = await pullOnce(options, work, staged);
    const seconds = secondsSince(begin);
    log.info('pulled image', { id: image.id, bytes: image.size, seconds });
    meter.pull('success', { seconds, bytes: image.size });
    return image;
  } catch (error) {
    const seconds = secondsSince(begin);
    log.warn('pulling image failed', { error: messageOf(error), seconds });
    meter.pull('failure', { seconds, bytes: 0 });
    throw error;
  }
};

const secondsSince = (begin: number): number => Math.round(performance.now() - begin) / 1000;

/** A second time when the name was taken away again between copying and looking: another request removed the image. */
const pullOnce = async (
  options: Omit<PullOptions, 'logger' | 'meter'>,
  work: Work,
  staged: Staged<PullStage>,
): Promise<Image> => {
  const name = canonical(work.reference);
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await copyImage(options, work, staged);
    await staged.stage?.('copied');
    const match = lookUp(await options.read(), name);
    if (match !== undefined) return match.stored.image;
  }
  throw new JanusError('internal', `${name} was pulled, and is not usable in the store`);
};
