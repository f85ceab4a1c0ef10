import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { errnoOf, JanusError } from '../../core/errors.ts';
import type { OciDeviceNode, OciDeviceRule } from '../spec/oci.ts';
import { majorOf, minorOf } from '../spec/prepare-devices.ts';
import type { CdiDeviceNode } from './schema.ts';

type NodeType = OciDeviceNode['type'];

const typeOf = (stats: BigIntStats): NodeType | undefined => {
  if (stats.isBlockDevice()) return 'b';
  if (stats.isCharacterDevice()) return 'c';
  return stats.isFIFO() ? 'p' : undefined;
};

const isComplete = ({ type, major, minor }: CdiDeviceNode): boolean =>
  type === 'p' || (type !== undefined && major !== undefined && minor !== undefined);

interface Numbers {
  readonly type: NodeType;
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
}

/** What the specification leaves to the host. */
const readNumbers = async (name: string, node: CdiDeviceNode): Promise<Numbers> => {
  const path = node.hostPath ?? node.path;
  const fail = (problem: string, cause?: unknown): JanusError =>
    new JanusError('failed-precondition', `CDI device ${name}: ${path} ${problem}`, { cause });
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fail(`is not there: ${errnoOf(error) ?? ''}`, error);
  });
  const found = typeOf(stats);
  if (found === undefined) throw fail('is no device');
  const same = found === node.type || (found === 'c' && node.type === 'u');
  if (node.type !== undefined && !same) throw fail(`is a device of the type ${found}, not ${node.type}`);
  return { type: node.type ?? found, ...(found !== 'p' && { major: majorOf(stats.rdev), minor: minorOf(stats.rdev) }) };
};

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const numbersOf = (name: string, node: CdiDeviceNode): Numbers | Promise<Numbers> => {
  const { type, major, minor } = node;
  return type !== undefined && isComplete(node) ? { type, major, minor } : readNumbers(name, node);
};

const accessOf = ({ permissions = '' }: CdiDeviceNode): string => (permissions === '' ? 'rwm' : permissions);

/** A fifo needs none. */
const rulesOf = ({ type, major, minor }: Numbers, access: string): readonly OciDeviceRule[] =>
  type === 'p' || major === undefined || minor === undefined
    ? []
    : [{ allow: true, type: type === 'b' ? 'b' : 'c', major, minor, access }];

/** A node in the container, and the rule that lets it be used. Without an owner it is the container's user's. */
export const deviceNode = async (
  name: string,
  given: CdiDeviceNode,
  owner: Owner,
): Promise<{ readonly node: OciDeviceNode; readonly rules: readonly OciDeviceRule[] }> => {
  const numbers = await numbersOf(name, given);
  const { type, major, minor } = numbers;
  const rules = rulesOf(numbers, accessOf(given));
  const node = {
    ...{ path: given.path, type, uid: given.uid ?? owner.uid, gid: given.gid ?? owner.gid },
    ...(rules.length > 0 && major !== undefined && minor !== undefined && { major, minor }),
    ...(given.fileMode !== undefined && { fileMode: given.fileMode }),
  };
  return { node, rules };
};
