import { join } from 'node:path';

/** Where a container's things are: what dies with the boot under `state`, what must be freed after it under `graph`. */
export interface ContainerLayout {
  /** The OCI bundle; conmon keeps its fifos and its attach socket there. */
  readonly bundle: string;
  readonly spec: string;
  readonly rootfs: string;
  readonly pidfile: string;
  readonly conmonPidfile: string;
  /** conmon's persist directory: its `oom` file. */
  readonly persist: string;
  /** Id-mapped mounts and images that the container shows: one entry each. */
  readonly mounts: string;
  readonly attachSocket: string;
  readonly exitFile: string;
  /** Writable layer, overlayfs' work directory and copies of the image's volumes. */
  readonly layer: string;
}

export interface Roots {
  readonly state: string;
  readonly graph: string;
}

export const bundlesDirectory = ({ state }: Roots): string => join(state, 'containers');
export const exitsDirectory = ({ state }: Roots): string => join(state, 'exits');
export const layersDirectory = ({ graph }: Roots): string => join(graph, 'layers');

export const containerLayout = (roots: Roots, id: string): ContainerLayout => {
  const bundle = join(bundlesDirectory(roots), id);
  return {
    bundle,
    spec: join(bundle, 'config.json'),
    rootfs: join(bundle, 'rootfs'),
    pidfile: join(bundle, 'pid'),
    conmonPidfile: join(bundle, 'conmon.pid'),
    persist: join(bundle, 'persist'),
    mounts: join(bundle, 'mounts'),
    attachSocket: join(bundle, 'attach'),
    exitFile: join(exitsDirectory(roots), id),
    layer: join(layersDirectory(roots), id),
  };
};
