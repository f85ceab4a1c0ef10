import { describe, expect, test } from 'vitest';
import { userFrom } from '../../../src/runtime/spec/resolve-user.ts';
import { parseGroup, parsePasswd } from '../../../src/runtime/spec/user-database.ts';
import { security } from './fixtures.ts';

const files = {
  passwd: parsePasswd(
    [
      'root:x:0:0:root:/root:/bin/sh',
      'web:x:1000:100::/home/web:/bin/sh',
      '# comment',
      'broken:x:notanumber:1::/:',
      'huge:x:4294967296:1::/:',
      'relative:x:7:7::home:/bin/sh',
    ].join('\n'),
  ),
  group: parseGroup('root:x:0:\nweb:x:1000:\nusers:x:100:\naudio:x:29:root,web\nvideo:x:44:web\nbad:x:-1:web\n'),
};

const resolve = (request: Partial<typeof security>, user = '') =>
  userFrom({ ...security, ...request }, { user }, files);

describe('userFrom', () => {
  test.each([
    ['', { uid: 0, gid: 0, supplementalGroups: [0, 29], home: '/root' }],
    ['web', { uid: 1000, gid: 100, supplementalGroups: [100, 29, 44], home: '/home/web' }],
    ['1000', { uid: 1000, gid: 100, supplementalGroups: [100, 29, 44], home: '/home/web' }],
    ['web:video', { uid: 1000, gid: 44, supplementalGroups: [44, 29], home: '/home/web' }],
    ['web:5', { uid: 1000, gid: 5, supplementalGroups: [5, 29, 44], home: '/home/web' }],
    ['1000:audio', { uid: 1000, gid: 29, supplementalGroups: [29, 44], home: '/home/web' }],
    ['4242:4243', { uid: 4242, gid: 4243, supplementalGroups: [4243], home: '/' }],
    ['4242', { uid: 4242, gid: 0, supplementalGroups: [0], home: '/' }],
    [':audio', { uid: 0, gid: 29, supplementalGroups: [29], home: '/root' }],
    ['2147483647', { uid: 2147483647, gid: 0, supplementalGroups: [0], home: '/' }],
    ['relative', { uid: 7, gid: 7, supplementalGroups: [7], home: '/' }],
  ])('USER %j of the image', (user, expected) => {
    expect(resolve({}, user)).toEqual(expected);
  });

  test.each([
    ['run_as_user', { runAsUser: 1000 }, { uid: 1000, gid: 100, supplementalGroups: [100, 29, 44] }],
    ['run_as_user 0 is not absent', { runAsUser: 0 }, { uid: 0, gid: 0, supplementalGroups: [0, 29] }],
    ['run_as_group', { runAsUser: 1000, runAsGroup: 7 }, { uid: 1000, gid: 7, supplementalGroups: [7, 29, 44] }],
    ['run_as_username', { runAsUsername: 'web' }, { uid: 1000, gid: 100, supplementalGroups: [100, 29, 44] }],
    ['the name goes before the number', { runAsUsername: 'web', runAsUser: 5 }, { uid: 1000 }],
    ['merge adds groups', { runAsUser: 1000, supplementalGroups: [9, 44] }, { supplementalGroups: [100, 9, 29, 44] }],
    [
      'strict leaves the image out',
      { runAsUser: 1000, supplementalGroups: [9], supplementalGroupsPolicy: 'strict' as const },
      { supplementalGroups: [100, 9] },
    ],
  ])('%s', (_, request, expected) => {
    expect(resolve(request, 'root:video')).toMatchObject(expected);
  });

  test.each([
    ['2147483648', 'out of range'],
    ['4294967296', 'out of range'],
    ['-1', 'out of range'],
    ['99999999999999999999', 'out of range'],
    ['0:2147483648', 'out of range'],
    ['nobody', 'no user "nobody"'],
    ['broken', 'no user "broken"'],
    ['huge', 'no user "huge"'],
    ['web:nogroup', 'no group "nogroup"'],
    ['web:bad', 'no group "bad"'],
    ['a:b:c', 'is not user:group'],
  ])('USER %j of the image is refused', (user, message) => {
    expect(() => resolve({}, user)).toThrow(message);
  });

  test.each([
    [{ runAsGroup: 5 }, 'run_as_group: needs'],
    [{ runAsUser: -1 }, 'run_as_user: uid -1 is out of range'],
    [{ runAsUser: 2 ** 31 }, 'out of range'],
    [{ runAsUser: 1, runAsGroup: -5 }, 'run_as_group: gid -5 is out of range'],
    [{ supplementalGroups: [2 ** 32] }, 'supplemental_groups'],
    [{ runAsUsername: 'nobody' }, 'run_as_username'],
  ])('%j is refused', (request, message) => {
    expect(() => resolve(request)).toThrow(message);
  });
});
