import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { JanusError, messageOf } from '../../core/errors.ts';
import type { ContainerLayout } from '../container-layout.ts';

/** conmon reads `type height width` lines from its control fifo; type 2 reopens the log with nothing lost. */
const REOPEN = '2 0 0\n';

/** Opened without waiting for a reader: a conmon that is gone answers ENXIO instead of stopping us. */
export const reopenLog = async ({ bundle }: ContainerLayout): Promise<void> => {
  try {
    const fifo = await open(join(bundle, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await fifo.write(REOPEN);
    } finally {
      await fifo.close();
    }
  } catch (cause) {
    throw new JanusError('failed-precondition', `the container's log cannot be reopened: ${messageOf(cause)}`, { cause });
  }
};
