import type { SandboxRecord } from '../../core/model/sandbox.ts';
import { cgroupDirectory, parentDirectory } from '../cgroups/paths.ts';

/**
 * The cgroups that make up a pod. A kubelet makes one for each pod and ends its name in the pod's uid (`pod<uid>`, under systemd with `_`
 * for `-`); it holds all of the pod, what has ended included. Any other parent may be shared by many pods: then the sandbox's and its
 * containers' own cgroups together are the pod.
 */
export const podCgroups = (sandbox: SandboxRecord, containers: readonly string[]): readonly string[] => {
  const parent = parentDirectory(sandbox);
  if (isOwn(sandbox, parent)) return [parent];
  return [sandbox.id, ...containers].map((id) => cgroupDirectory(sandbox, id));
};

const isOwn = ({ config, cgroupDriver }: SandboxRecord, parent: string): boolean => {
  const { uid } = config.metadata;
  if (config.cgroupParent === '' || uid === '') return false;
  const name = parent.slice(parent.lastIndexOf('/') + 1);
  return name.endsWith(cgroupDriver === 'systemd' ? `pod${uid.replaceAll('-', '_')}.slice` : `pod${uid}`);
};
