import { join } from 'node:path';
import { storageReference } from '../../src/images/storage-tool.ts';
import type { Bed } from '../../tests/support/bed.ts';
import type { ToolAccess } from '../contestant.ts';
import { runTool } from './run-tool.ts';

/** Pulls by skopeo alone, with its defaults, into the store of the bed. */
export const bareImages = ({ graph, state }: Bed): Pick<ToolAccess, 'pull' | 'remove'> => {
  const roots = { graphRoot: join(graph, 'storage'), runRoot: join(state, 'storage') };
  const stored = (image: string): string => storageReference(roots, image);
  return {
    pull: async (image) => {
      const flags = ['--insecure-policy', 'copy', '--quiet', '--src-tls-verify=false'];
      await runTool('skopeo', [...flags, `docker://${image}`, stored(image)]);
    },
    remove: async (image) => {
      await runTool('skopeo', ['delete', stored(image)]);
    },
  };
};
