import { invalidArgument } from '../../core/errors.ts';
import type { ContainerConfig } from '../../core/model/container.ts';
import { isQualifiedName } from './names.ts';

/** A device that a container asks for, and the field that it is asked for in. */
export interface CdiRequest {
  readonly name: string;
  readonly field: string;
}

/** Annotations under it hold names of devices, separated by commas: how device plugins asked before CRI had a field. */
const PREFIX = 'cdi.k8s.io/';

const annotated = ([key, value]: readonly [string, string]): readonly CdiRequest[] => {
  const field = `config.annotations[${JSON.stringify(key)}]`;
  return value.split(',').map((name) => {
    if (!isQualifiedName(name))
      throw invalidArgument(field, `${JSON.stringify(name)} is no CDI name such as vendor.com/class=name`);
    return { name, field };
  });
};

/** Of the field, the annotations left out. */
export const requestedByField = ({ cdiDevices }: Pick<ContainerConfig, 'cdiDevices'>): readonly CdiRequest[] =>
  cdiDevices.map((name, index) => ({ name, field: `config.CDI_devices[${index}].name` }));

/** Of the annotations; errors: invalid-argument for one that does not hold names. */
export const requestedByAnnotation = ({ annotations }: Pick<ContainerConfig, 'annotations'>): readonly CdiRequest[] =>
  Object.entries(annotations)
    .filter(([key]) => key.startsWith(PREFIX))
    .flatMap(annotated);

/** Each device once, those of the field first. */
export const requestedDevices = (
  config: Pick<ContainerConfig, 'cdiDevices' | 'annotations'>,
): readonly CdiRequest[] => {
  const all = [...requestedByField(config), ...requestedByAnnotation(config)];
  return all.filter(({ name }, index) => all.findIndex((request) => request.name === name) === index);
};
