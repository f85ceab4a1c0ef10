import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './processes.mjs';

export const cniBinDir = '/usr/lib/cni';

/** Writes the network of one suite, a bridge and subnet of its own, into `work`; address books stay in there too. */
export async function writeNetwork(work, number) {
  const confDir = join(work, 'cni');
  const bridge = `jc${process.pid}n${number}`.slice(-15);
  const bridgePlugin = {
    type: 'bridge',
    bridge,
    isGateway: true,
    ipMasq: true,
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      dataDir: join(work, 'ipam'),
      ranges: [[{ subnet: `10.231.${number}.0/24` }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  const plugins = [bridgePlugin, { type: 'portmap', capabilities: { portMappings: true } }];
  await mkdir(confDir, { recursive: true });
  const list = { cniVersion: '0.4.0', name: `janus-conformance-${number}`, plugins };
  await writeFile(join(confDir, '10-conformance.conflist'), `${JSON.stringify(list, null, 2)}\n`);
  return { confDir, bridge };
}

/** A bridge that was never made is no error. */
export async function removeBridge(bridge) {
  await run('ip', ['link', 'delete', bridge]);
}
