import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The build under test; `JANUS_DIST` names another one, such as the build without CRI v1. */
export const dist = process.env['JANUS_DIST'] ?? join(repository, 'dist');

/** Where scripts/test-tools.sh puts the field's own tools. */
const tools = process.env['JANUS_TOOLS'] ?? join(repository, '.tools');

/** Path of a tool such as `crictl-1.25`, or undefined when it has not been built. */
export const tool = (name: string): string | undefined => {
  const path = join(tools, name);
  return existsSync(path) ? path : undefined;
};
