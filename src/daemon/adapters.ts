import type { CriAdapter } from '../adapters/shared/service.ts';
import { adapter as v1alpha2 } from '../adapters/v1alpha2/index.ts';
import { JanusError } from '../core/errors.ts';
import { hasV1, v1Module } from './build.ts';

/** The v1 adapter is optional: only this computed import knows where it is, and a build may not have it. */
const loadV1 = async (): Promise<CriAdapter> => {
  if (!hasV1())
    throw new JanusError(
      'failed-precondition',
      'enable-cri-v1: this build has no CRI v1 (ENABLE_CRI_API_V1 is off in build.config.json)',
    );
  const { adapter } = (await import(v1Module)) as { adapter: CriAdapter };
  return adapter;
};

export const loadAdapters = async (enableCriV1: boolean): Promise<readonly CriAdapter[]> =>
  enableCriV1 ? [v1alpha2, await loadV1()] : [v1alpha2];
