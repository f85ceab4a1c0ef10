import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidArgument, JanusError, messageOf } from '../core/errors.ts';
import { isCidr } from './cidr.ts';

/** The CIDRs of a comma-separated list, as a kubelet of a dual-stack node sends it; empty: none. */
export const parsePodCidr = (text: string): readonly string[] => {
  const cidrs = text === '' ? [] : text.split(',').map((cidr) => cidr.trim());
  if (!cidrs.every(isCidr))
    throw invalidArgument('runtime_config.network_config.pod_cidr', 'must be CIDRs, separated by commas');
  return cidrs;
};

export interface PodCidr {
  get(): readonly string[];
  set(text: string): void;
}

/** Kept on disk: the kubelet tells the CIDR when it changes, not when the daemon was restarted. */
export const createPodCidr = (directory: string): PodCidr => {
  const file = join(directory, 'pod-cidr');
  let cidrs = readKept(file);
  return {
    get: () => cidrs,
    set: (text) => {
      const parsed = parsePodCidr(text);
      if (parsed.join() === cidrs.join()) return;
      keep(file, parsed.join());
      cidrs = parsed;
    },
  };
};

const keep = (file: string, text: string): void => {
  try {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  } catch (cause) {
    throw new JanusError('internal', `${file}: ${messageOf(cause)}`, { cause });
  }
};

const readKept = (file: string): readonly string[] => {
  try {
    return parsePodCidr(readFileSync(file, 'utf8'));
  } catch {
    // Never written, or cut short by a crash: as if the kubelet had not told it yet.
    return [];
  }
};
