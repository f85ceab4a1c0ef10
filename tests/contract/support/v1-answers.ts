import type protobuf from 'protobufjs';
import { messageNames, messageType } from '../../unit/protos/schema.ts';

const shared = messageNames('v1alpha2');
const messageOf = (field: protobuf.Field): protobuf.Type | undefined => {
  const { resolvedType } = field.resolve();
  return resolvedType !== null && 'fieldsArray' in resolvedType ? resolvedType : undefined;
};

/** Messages that the answers of v1 are made of. */
const inAnswers = (): ReadonlySet<string> => {
  const seen = new Set<string>();
  const below = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const field of messageType('v1', name).fieldsArray) {
      const message = messageOf(field);
      if (message !== undefined) below(message.name);
    }
  };
  for (const name of messageNames('v1').filter((each) => each.endsWith('Response'))) below(name);
  return seen;
};

/** `Message.field` of all that an answer of v1 may hold and none of v1alpha2. */
export const addedFields = (): readonly string[] =>
  [...inAnswers()].flatMap((name) => {
    const old = shared.includes(name) ? messageType('v1alpha2', name).fields : {};
    return messageType('v1', name)
      .fieldsArray.filter((field) => !(field.name in old))
      .map((field) => `${name}.${field.name}`);
  });

const saidIn = (type: protobuf.Type, value: Readonly<Record<string, unknown>>): readonly string[] =>
  type.fieldsArray.flatMap((field) => {
    const found = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (found === undefined) return [];
    const message = field.map ? undefined : messageOf(field);
    const entries =
      message === undefined ? [] : ((Array.isArray(found) ? found : [found]) as Record<string, unknown>[]);
    return [`${type.name}.${field.name}`, ...entries.flatMap((entry) => (message ? saidIn(message, entry) : []))];
  });

/** `Message.field` of all that the bytes of a message of v1 say; proto3 does not write a field of its default. */
export const fieldsIn = (name: string, bytes: Uint8Array): readonly string[] => {
  const type = messageType('v1', name);
  return saidIn(type, type.decode(bytes) as unknown as Record<string, unknown>);
};
