import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TerminalSize } from '../../core/ports/container-runtime.ts';

/** Tells conmon the size of the container's terminal: type 1 of its control lines. Never waits for conmon: without one it fails (ENXIO). */
const resize = async (bundle: string, { width, height }: TerminalSize): Promise<void> => {
  const control = await open(join(bundle, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    await control.write(`1 ${height} ${width}\n`);
  } finally {
    await control.close();
  }
};

/** Applies each size until the client has no more of them, or conmon is gone. */
export const followSizes = async (sizes: AsyncIterable<TerminalSize>, bundle: string): Promise<void> => {
  for await (const size of sizes) await resize(bundle, size);
};
