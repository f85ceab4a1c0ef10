import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Result } from '../../support/command.ts';
import { until } from '../../support/wait.ts';

/** The inside of a machine. */
export interface Guest {
  /** A shell's script to its end, whatever its exit code is. */
  run(script: string): Promise<Result>;
  /** A shell's command; any exit code but 0 throws with what it said. */
  sh(script: string): Promise<string>;
  write(path: string, content: string): Promise<void>;
  /** Copies a file into the machine; its mode stays. */
  put(file: string, path: string): Promise<void>;
  /** A unix socket out here which leads to one in there. */
  forward(path: string): Promise<string>;
  /** Waits until the machine is up again. Without power nothing is told to end, and nothing is written. */
  restart(how: 'reboot' | 'power'): Promise<void>;
  close(): void;
}

const call = (
  port: number,
  options: { method: string; path: string },
  body: (to: ReturnType<typeof request>) => void,
) =>
  new Promise<unknown>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      text(response)
        .then((answer) => {
          if (response.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new Error(answer));
        })
        .catch(reject);
    });
    sent.on('error', reject);
    body(sent);
  });

const join2 = (one: Socket, other: Socket): void => {
  one.pipe(other).pipe(one);
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    a.on('error', () => b.destroy());
    a.on('close', () => b.destroy());
  }
};

const lead = (port: number, path: string, client: Socket): void => {
  const headers = { connection: 'Upgrade', upgrade: 'socket' };
  const sent = request({
    host: '127.0.0.1',
    port,
    agent: false,
    path: `/socket?path=${encodeURIComponent(path)}`,
    headers,
  });
  sent.on('upgrade', (_response, socket: Socket) => join2(client, socket));
  sent.on('error', () => client.destroy());
  client.on('error', () => sent.destroy());
  sent.end();
};

/** Which boot it is; undefined: the machine does not answer. Connections to one that lost its power hang. */
const bootOf = (port: number): Promise<string | undefined> =>
  fetch(`http://127.0.0.1:${port}/run`, {
    method: 'POST',
    body: 'cat /proc/sys/kernel/random/boot_id',
    signal: AbortSignal.timeout(30_000),
  })
    .then((response) => response.json() as Promise<Result>)
    .then(
      ({ stdout }) => stdout,
      () => undefined,
    );

const RESTART = { reboot: 'systemctl reboot', power: 'echo b > /proc/sysrq-trigger' } as const;

/** `port` is the agent's. */
export const enterGuest = (port: number): Guest => {
  const directory = mkdtempSync(join(tmpdir(), 'janus-vm-'));
  const servers: { close(): void }[] = [];
  const run: Guest['run'] = async (script) =>
    (await call(port, { method: 'POST', path: '/run' }, (to) => to.end(script))) as Result;
  const file = (path: string, mode: string) => ({
    method: 'PUT',
    path: `/file?path=${encodeURIComponent(path)}&mode=${mode}`,
  });
  const sh: Guest['sh'] = async (script) => {
    const { status, stdout, stderr } = await run(script);
    if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  return {
    run,
    sh,
    write: async (path, content) => void (await call(port, file(path, '644'), (to) => to.end(content))),
    put: async (from, path) => {
      const mode = (statSync(from).mode & 0o777).toString(8);
      await call(port, file(path, mode), (to) => createReadStream(from).pipe(to));
    },
    forward: (path) =>
      new Promise((resolve) => {
        const local = join(directory, `${servers.length}.sock`);
        const server = createServer((client) => lead(port, path, client)).listen(local, () => resolve(local));
        servers.push(server);
      }),
    restart: async (how) => {
      const boot = await bootOf(port);
      await run(`(sleep 1; ${RESTART[how]}) >/dev/null 2>&1 &`);
      const isNew = async (): Promise<boolean> => ![undefined, boot].includes(await bootOf(port));
      await until('the machine is up again', isNew, 900);
    },
    close: () => {
      for (const server of servers) server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
