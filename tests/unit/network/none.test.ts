import { expect, test } from 'vitest';
import { noNetwork } from '../../../src/network/none.ts';
import { never, sandboxWith } from './support.ts';

const mapping = { protocol: 'tcp', containerPort: 80, hostPort: 8080, hostIp: '' } as const;

test('without a network plugin host ports are refused, and others are not', async () => {
  const network = noNetwork();
  const pod = sandboxWith({ portMappings: [{ ...mapping, hostPort: 0 }] });
  expect(await network.attach(pod, '/run/netns/none', never)).toEqual([]);
  await expect(
    network.attach(sandboxWith({ portMappings: [mapping] }), '/run/netns/none', never),
  ).rejects.toMatchObject({
    kind: 'failed-precondition',
    message: expect.stringMatching(/^config\.port_mappings: /),
  });
});
