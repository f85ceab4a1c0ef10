import type { RuntimeConfig } from '../config/config.ts';
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/ports/logger.ts';
import { run } from '../host/process.ts';
import { NO_FEATURES, parseRuntimeFeatures, type RuntimeFeatures } from '../runtime/spec/runtime-features.ts';

const DEADLINE_MS = 5000;

const ask = async ({ path, args }: RuntimeConfig): Promise<RuntimeFeatures> => {
  const { exitCode, stdout } = await run(
    { path, args: [...args, 'features'] },
    { signal: AbortSignal.timeout(DEADLINE_MS) },
  );
  return exitCode === 0 ? parseRuntimeFeatures(JSON.parse(stdout.toString())) : NO_FEATURES;
};

/** Asks every configured runtime once what it can do. One that cannot be asked has no features, and is still tried for containers. */
export const readRuntimeFeatures = async (
  runtimes: Readonly<Record<string, RuntimeConfig>>,
  logger: Logger,
): Promise<(name: string) => RuntimeFeatures> => {
  const answers = await Promise.all(
    Object.entries(runtimes).map(async ([name, config]) => {
      const features = await ask(config).catch((error: unknown) => {
        logger.warn('runtime does not say what it can do', { runtime: name, error: messageOf(error) });
        return NO_FEATURES;
      });
      return [name, features] as const;
    }),
  );
  const table = new Map(answers);
  return (name) => table.get(name) ?? NO_FEATURES;
};
