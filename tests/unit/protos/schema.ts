import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

export type Version = 'v1alpha2' | 'v1';

export const repository = new URL('../../../', import.meta.url);

/** The schema the code is generated from: KeyValue.value is bytes in v1alpha2 too, though its proto says string. */
function load(version: Version): protobuf.Root {
  const text = readFileSync(new URL(`protos/${version}/api.proto`, repository), 'utf8');
  const { root } = protobuf.parse(text, { keepCase: true });
  const environmentValue = root.lookupType(`runtime.${version}.KeyValue`).fields['value'];
  if (environmentValue) environmentValue.type = 'bytes';
  root.resolveAll();
  return root;
}

const roots = { v1alpha2: load('v1alpha2'), v1: load('v1') };

export const messageType = (version: Version, name: string): protobuf.Type =>
  roots[version].lookupType(`runtime.${version}.${name}`);

export function messageNames(version: Version): string[] {
  const namespace = roots[version].lookup(`runtime.${version}`);
  if (!(namespace instanceof protobuf.Namespace)) throw new Error(`${version}: no package`);
  return namespace.nestedArray.filter((each) => each instanceof protobuf.Type).map((each) => each.name);
}

/** Numbers of an enum's values but 0, which proto3 does not encode. */
export const enumNumbers = (type: protobuf.Enum): number[] => Object.values(type.values).filter((each) => each !== 0);
