import { describe, expect, test } from 'vitest';
import { capabilitiesFor, capabilitiesOfMask } from '../../../src/runtime/spec/capabilities.ts';
import { host, security } from './fixtures.ts';

const DEFAULTS = host.capabilities.filter((name) => !['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'].includes(name)).sort();

interface Case {
  readonly add?: string[];
  readonly drop?: string[];
  readonly addAmbient?: string[];
  readonly uid?: number;
  readonly privileged?: boolean;
}

const caps = ({ add = [], drop = [], addAmbient = [], uid = 0, privileged = false }: Case) =>
  capabilitiesFor(
    { ...security, privileged, capabilities: { add, drop, addAmbient } },
    { uid, available: host.capabilities },
  );

describe('capabilitiesFor', () => {
  test.each<[string, Case, readonly string[]]>([
    ['nothing asked', {}, DEFAULTS],
    ['add', { add: ['NET_ADMIN'] }, [...DEFAULTS, 'CAP_NET_ADMIN']],
    [
      'any case, with or without prefix',
      { add: ['cap_net_admin', 'sys_admin'] },
      [...DEFAULTS, 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN'],
    ],
    ['drop', { drop: ['CHOWN'] }, DEFAULTS.filter((name) => name !== 'CAP_CHOWN')],
    ['drop all, add one', { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, ['CAP_NET_BIND_SERVICE']],
    ['add all, drop one', { add: ['all'], drop: ['CHOWN'] }, host.capabilities.filter((name) => name !== 'CAP_CHOWN')],
    ['add all, drop all', { add: ['ALL'], drop: ['ALL'] }, []],
    ['the same added and dropped', { add: ['NET_ADMIN'], drop: ['NET_ADMIN'] }, DEFAULTS],
    ['privileged has all, whatever is dropped', { privileged: true, drop: ['ALL'] }, host.capabilities],
  ])('%s', (_, request, expected) => {
    const result = caps(request);
    expect([...result.bounding].sort()).toEqual([...expected].sort());
    expect(result.effective).toEqual(result.bounding);
    expect(result.permitted).toEqual(result.bounding);
  });

  test.each([{}, { add: ['ALL'] }, { privileged: true }])(
    'nothing is inheritable or ambient unasked: %j',
    (request) => {
      expect(caps({ ...request, uid: 1000 })).toMatchObject({ inheritable: [], ambient: [] });
    },
  );

  test('ambient is raised for users other than root', () => {
    const asked = { drop: ['ALL'], addAmbient: ['NET_ADMIN'] };
    const raised = { inheritable: ['CAP_NET_ADMIN'], ambient: ['CAP_NET_ADMIN'] };
    expect(caps({ ...asked, uid: 1000 })).toMatchObject({ bounding: ['CAP_NET_ADMIN'], ...raised });
    expect(caps({ ...asked, uid: 0 })).toMatchObject({ bounding: ['CAP_NET_ADMIN'], inheritable: [], ambient: [] });
    expect(caps({ addAmbient: ['CHOWN'], drop: ['CHOWN'], uid: 1 }).ambient).toEqual([]);
  });

  test.each([['add'], ['drop'], ['addAmbient']] as const)('an unknown name in %s is refused', (list) => {
    expect(() => caps({ [list]: ['TELEPORT'] })).toThrow('unknown capability "TELEPORT"');
  });

  test('a name the daemon cannot give is refused when added, not when dropped', () => {
    expect(() => caps({ add: ['SYS_RESOURCE'] })).toThrow('CAP_SYS_RESOURCE is not available');
    expect(caps({ drop: ['SYS_RESOURCE'] }).bounding).toHaveLength(DEFAULTS.length);
  });
});

test('capabilitiesOfMask reads the bits up to the last capability', () => {
  expect(capabilitiesOfMask('0000000000000021', 40)).toEqual(['CAP_CHOWN', 'CAP_KILL']);
  expect(capabilitiesOfMask('0000010000000000', 40)).toEqual(['CAP_CHECKPOINT_RESTORE']);
  expect(capabilitiesOfMask('ffffffffffffffff', 5)).toHaveLength(6);
});
