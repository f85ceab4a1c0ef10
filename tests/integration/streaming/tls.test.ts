import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { mustRun } from '../../support/command.ts';
import { type Pod, startPod } from './pod.ts';

let keys: string;
let pod: Pod;
let id: string;

const path = (name: string): string => join(keys, name);
const file = (name: string): Buffer => readFileSync(path(name));

/** A certificate of its own for `name`, good for 127.0.0.1 too. */
const certify = (name: string): void => {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  mustRun('openssl', ...request, ...subject, '-keyout', path(`${name}.key`), '-out', path(`${name}.crt`));
};

beforeAll(async () => {
  keys = mkdtempSync(join(tmpdir(), 'janus-tls-'));
  for (const name of ['server', 'kubelet', 'stranger']) certify(name);
  const tls = { cert: path('server.crt'), key: path('server.key'), ca: path('kubelet.crt') };
  pod = await startPod('tls', 39, { 'streaming-tls': tls });
  id = await pod.run('main', 'while true; do sleep 1; done');
});

afterAll(async () => {
  rmSync(keys, { recursive: true, force: true });
  expect(await pod.close()).toEqual([]);
});

/** What the command printed, over a WebSocket that trusts the server's certificate alone. */
const run = async (own: SecureContextOptions): Promise<string> => {
  const { url } = await pod.cri.runtime.exec({ containerId: id, cmd: ['echo', 'hello'], stdout: true, stderr: true });
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
  const socket = new WebSocket(url.replace('https', 'wss'), 'v4.channel.k8s.io', { ca: file('server.crt'), ...own });
  let printed = '';
  socket.on('message', (data: Buffer) => (printed += data[0] === 1 ? data.subarray(1).toString() : ''));
  await once(socket, 'close');
  return printed;
};

it('a client with a certificate of the authority that is configured has its session', async () => {
  expect(await run({ cert: file('kubelet.crt'), key: file('kubelet.key') })).toBe('hello\n');
});

it('one with another certificate, or with none, has not', async () => {
  await expect(run({ cert: file('stranger.crt'), key: file('stranger.key') })).rejects.toThrow();
  await expect(run({})).rejects.toThrow();
});
