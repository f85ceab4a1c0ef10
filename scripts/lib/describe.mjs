// What reflection says of the protos that are served.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';

const protos = [
  'v1alpha2/api.proto',
  'health/health.proto',
  'reflection/reflection.proto',
  'janus/v1/node.proto',
  ...['containers', 'tasks', 'version'].map((name) => `containerd/${name}.proto`),
];

const membersOf = (object) => [
  ...(object.fieldsArray ?? []),
  ...(object.methodsArray ?? []),
  ...(object.nestedArray ?? []),
];

/** Full names of all that a proto defines. */
const symbolsIn = (object) => membersOf(object).flatMap((member) => [member.fullName.slice(1), ...symbolsIn(member)]);

function describeOne(directory, name) {
  const root = protobuf.parse(readFileSync(join(directory, name), 'utf8'), { keepCase: true }).root.resolveAll();
  const [file, ...others] = root.toDescriptor('proto3').file;
  if (others.length > 0) throw new Error(`${name}: must be one package`);
  file.name = name;
  return {
    name,
    symbols: symbolsIn(root),
    descriptor: Buffer.from(descriptor.FileDescriptorProto.encode(file).finish()).toString('base64'),
  };
}

/** @returns one entry for each proto: its name, the symbols in it, and its FileDescriptorProto in base64 */
export const describe = (directory, { withV1 }) =>
  (withV1 ? [...protos, 'v1/api.proto'] : protos).map((name) => describeOne(directory, name));
