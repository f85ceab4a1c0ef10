import { invalidArgument } from '../../../core/errors.ts';
import type { Mount } from '../../../core/model/container.ts';
import * as shared from '../../shared/inbound/mounts.ts';
import { idMappings } from '../../shared/inbound/namespaces.ts';
import { absolutePath, relativePath } from '../../shared/inbound/rules.ts';
import type * as cri from '../generated/api.ts';
import { imageSpec } from './image.ts';

const noHostPath = (value: string, field: string): string => {
  if (value !== '') throw invalidArgument(field, 'must be empty when image is set');
  return value;
};

const subPath = ({ image, imageSubPath }: cri.Mount, field: string): string => {
  if (image === undefined && imageSubPath !== '') throw invalidArgument(field, 'must be empty without image');
  return relativePath(imageSubPath, field);
};

/** Recursion has a meaning only for what is read-only and does not take later mounts from the host. */
const checkRecursiveReadOnly = (message: cri.Mount, { propagation }: Mount, field: string): void => {
  if (!message.recursiveReadOnly) return;
  if (!message.readonly) throw invalidArgument(field, 'needs readonly to be set as well');
  if (propagation !== 'private') throw invalidArgument(field, 'needs private propagation');
};

export const mount = (message: cri.Mount, field: string): Mount => {
  const { uidMappings, gidMappings, recursiveReadOnly, image } = message;
  const base = shared.mount(message, field, image === undefined ? absolutePath : noHostPath);
  checkRecursiveReadOnly(message, base, `${field}.recursive_read_only`);
  return {
    ...base,
    uidMappings: idMappings(uidMappings, `${field}.uidMappings`),
    gidMappings: idMappings(gidMappings, `${field}.gidMappings`),
    recursiveReadOnly,
    image: image === undefined ? undefined : imageSpec(image, `${field}.image`),
    imageSubPath: subPath(message, `${field}.image_sub_path`),
  };
};
