import { invalidArgument } from '../../core/errors.ts';
import type { ContainerUser } from '../../core/model/container.ts';
import type { ContainerSecurity } from '../../core/model/security.ts';
import { readRootfsFile } from './rootfs-files.ts';
import { type GroupEntry, isId, type PasswdEntry, parseGroup, parseId, parsePasswd } from './user-database.ts';

export interface ResolvedUser extends ContainerUser {
  /** Of the user in the image's passwd; `/` when it is not there. */
  readonly home: string;
}

export interface UserDatabase {
  readonly passwd: readonly PasswdEntry[];
  readonly group: readonly GroupEntry[];
}

type UserFields = Pick<
  ContainerSecurity,
  'runAsUser' | 'runAsUsername' | 'runAsGroup' | 'supplementalGroups' | 'supplementalGroupsPolicy'
>;

/**
 * Who the process is: run_as_username, else run_as_user, else the image's USER, else root. Reads /etc/passwd and /etc/group of the root file system.
 * Errors: invalid-argument for a bad or unknown user or group, failed-precondition for files that cannot be read safely.
 */
export const resolveUser = async (
  security: UserFields,
  image: { readonly user: string },
  rootfs: string,
): Promise<ResolvedUser> => {
  const [passwd, group] = await Promise.all([
    readRootfsFile(rootfs, '/etc/passwd'),
    readRootfsFile(rootfs, '/etc/group'),
  ]);
  return userFrom(security, image, { passwd: parsePasswd(passwd), group: parseGroup(group) });
};

/** The pure part of resolveUser. The primary group is the first of the supplemental ones (CVE-2022-2995, CVE-2023-25173). */
export const userFrom = (security: UserFields, image: { readonly user: string }, files: UserDatabase): ResolvedUser => {
  const { user, group, field } = requested(security, image.user);
  const { uid, entry } = findUser(user, files, field);
  const gid = group === '' ? (entry?.gid ?? 0) : findGroup(group, files, field);
  const fromImage = security.supplementalGroupsPolicy === 'merge' ? groupsListing(entry?.name, files) : [];
  const listed = security.supplementalGroups.map((id) => checkedGid(id, 'supplemental_groups'));
  const others = [...fromImage, ...listed].sort((a, b) => a - b);
  return { uid, gid, supplementalGroups: [...new Set([gid, ...others])], home: homeOf(entry) };
};

interface Requested {
  readonly user: string;
  readonly group: string;
  readonly field: string;
}

const requested = ({ runAsUser, runAsUsername, runAsGroup }: UserFields, imageUser: string): Requested => {
  if (runAsUser === undefined && runAsUsername === '') {
    if (runAsGroup !== undefined) throw invalidArgument('run_as_group', 'needs run_as_user or run_as_username');
    return splitImageUser(imageUser);
  }
  const field = runAsUsername === '' ? 'run_as_user' : 'run_as_username';
  const user = runAsUsername === '' ? String(runAsUser) : runAsUsername;
  return { user, group: runAsGroup === undefined ? '' : String(checkedGid(runAsGroup, 'run_as_group')), field };
};

const splitImageUser = (text: string): Requested => {
  const field = 'USER of the image';
  const [user = '', group = '', ...rest] = text.split(':');
  if (rest.length > 0) throw invalidArgument(field, `${JSON.stringify(text)} is not user:group`);
  return { user: user === '' ? '0' : user, group, field };
};

const findUser = (
  user: string,
  { passwd }: UserDatabase,
  field: string,
): { uid: number; entry: PasswdEntry | undefined } => {
  if (isNumber(user)) {
    const uid = parseId(user);
    if (uid === undefined) throw invalidArgument(field, `uid ${user} is out of range`);
    return { uid, entry: passwd.find((candidate) => candidate.uid === uid) };
  }
  const entry = passwd.find((candidate) => candidate.name === user);
  if (entry === undefined) throw invalidArgument(field, `no user ${JSON.stringify(user)} in the image's /etc/passwd`);
  return { uid: entry.uid, entry };
};

const findGroup = (group: string, files: UserDatabase, field: string): number => {
  if (isNumber(group)) {
    const gid = parseId(group);
    if (gid === undefined) throw invalidArgument(field, `gid ${group} is out of range`);
    return gid;
  }
  const entry = files.group.find((candidate) => candidate.name === group);
  if (entry === undefined) throw invalidArgument(field, `no group ${JSON.stringify(group)} in the image's /etc/group`);
  return entry.gid;
};

const isNumber = (text: string): boolean => /^[+-]?\d+$/.test(text);

const checkedGid = (gid: number, field: string): number => {
  if (!isId(gid)) throw invalidArgument(field, `gid ${gid} is out of range`);
  return gid;
};

const groupsListing = (name: string | undefined, { group }: UserDatabase): readonly number[] =>
  name === undefined ? [] : group.filter(({ members }) => members.includes(name)).map(({ gid }) => gid);

const homeOf = (entry: PasswdEntry | undefined): string => (entry?.home.startsWith('/') ? entry.home : '/');
