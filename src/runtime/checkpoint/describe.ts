import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRef } from '../../core/ports/container-runtime.ts';
import { processOf } from '../../core/process-of.ts';

const NS_PER_MS = 1_000_000n;

const time = (nanoseconds: bigint): string => new Date(Number(nanoseconds / NS_PER_MS)).toISOString();

/** `config.dump`: whose checkpoint it is, under the names that other engines and checkpointctl read. */
const config = ({ container, sandbox }: ContainerRef) => ({
  id: container.id,
  name: container.name,
  rootfsImage: container.config.image.userSpecifiedImage || container.config.image.image,
  rootfsImageRef: container.imageId,
  rootfsImageName: container.imageRef,
  runtime: sandbox.runtime,
  createdTime: time(container.createdAt),
  checkpointedTime: new Date().toISOString(),
});

/** `status`: as containerd keeps it, in nanoseconds since the epoch. */
const status = ({ container }: ContainerRef) => ({
  Pid: processOf(container)?.pid ?? 0,
  CreatedAt: Number(container.createdAt),
  StartedAt: container.state.kind === 'running' ? Number(container.state.startedAt) : 0,
  FinishedAt: 0,
  ExitCode: 0,
  Reason: '',
  Message: '',
});

/** The files of a checkpoint that tell what it is of. `spec` is the container's config.json. */
export const describe = async (ref: ContainerRef, directory: string, spec: string): Promise<void> => {
  await writeFile(join(directory, 'config.dump'), JSON.stringify(config(ref)));
  await writeFile(join(directory, 'status'), JSON.stringify(status(ref)));
  await copyFile(spec, join(directory, 'spec.dump'));
};
