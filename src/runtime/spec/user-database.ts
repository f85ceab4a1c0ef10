/** Lines of passwd(5) and group(5). Lines that do not have the shape are left out, as the C library does. */

export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2 ** 31 - 1;

/** A uid or gid that runtimes take: 0 to 2^31 - 1 (CVE-2024-40635). Undefined for any other text. */
export const parseId = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return isId(id) ? id : undefined;
};

export const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id <= MAX_ID;

export const parsePasswd = (text: string): readonly PasswdEntry[] =>
  fields(text).flatMap(([name = '', , uidText, gidText, , home = '']) => {
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    return name === '' || uid === undefined || gid === undefined ? [] : [{ name, uid, gid, home }];
  });

export const parseGroup = (text: string): readonly GroupEntry[] =>
  fields(text).flatMap(([name = '', , gidText, members = '']) => {
    const gid = parseId(gidText);
    return name === '' || gid === undefined ? [] : [{ name, gid, members: members.split(',') }];
  });

const fields = (text: string): readonly string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(':'));
