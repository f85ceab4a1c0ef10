import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { repository } from '../../support/paths.ts';
import { until } from '../../support/wait.ts';
import { makePayload } from './payload.ts';

export interface Machine {
  /** Of the agent, on the loopback address. */
  readonly port: number;
  /** What the machine's console said. */
  console(): string;
  close(): Promise<void>;
}

/** Whatever hangs ends with the machine. */
const LIMIT_SECONDS = Number(process.env['JANUS_VM_LIMIT'] ?? 1800);
const BOOT_SECONDS = 600;

const CACHE = join(repository, '.cache/vm');
const KERNEL =
  'root=/dev/vda rw console=ttyS0 net.ifnames=0 psi=1 hugepages=16 mitigations=off apparmor=0 no_timer_check loglevel=4';

/** Builds it if it must. */
const image = (): string => {
  const { status, stdout, stderr } = spawnSync(join(repository, 'tests/vm/image.sh'), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the machine's image cannot be built: ${stderr}`);
  return stdout.trim();
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** Nothing that the machine writes to its disk is kept, and nobody outside can be reached from it. */
const qemuArgs = (folder: string, payload: string, port: number): readonly string[] => [
  ...[
    '-accel',
    'tcg,thread=multi',
    '-cpu',
    'Nehalem',
    '-smp',
    '2',
    '-m',
    '2048',
    '-display',
    'none',
    '-monitor',
    'none',
  ],
  ...['-kernel', join(folder, 'vmlinuz'), '-initrd', join(folder, 'initrd.img'), '-append', KERNEL],
  ...['-drive', `file=${join(folder, 'root.ext4')},format=raw,if=virtio,snapshot=on,cache=unsafe`],
  ...['-drive', `file=${payload},format=raw,if=virtio,readonly=on`],
  ...['-netdev', `user,id=tests,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:7000`],
  ...['-device', 'virtio-net-pci,netdev=tests,romfile=', '-serial', 'stdio', '-nodefaults', '-no-user-config'],
];

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

/** Whether the agent answers. */
const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Boots a machine of this build of Janus; resolves when its agent answers. */
export const bootMachine = async (): Promise<Machine> => {
  const folder = image();
  const directory = mkdtempSync(join(CACHE, 'run-'));
  const port = await freePort();
  const log = join(directory, 'console.log');
  const out = openSync(log, 'w');
  const limit = ['--kill-after=10', String(LIMIT_SECONDS), 'qemu-system-x86_64'];
  // `timeout` passes SIGTERM on, and ends the machine also when this process is gone.
  const child = spawn('timeout', [...limit, ...qemuArgs(folder, makePayload(directory), port)], {
    stdio: ['ignore', out, out],
  });
  const console = (): string => readFileSync(log, 'utf8');
  const close = async (): Promise<void> => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(
      'the machine boots',
      () => {
        if (child.exitCode !== null) throw new Error(`the machine ended: ${console()}`);
        return answers(port);
      },
      BOOT_SECONDS,
    );
    return { port, console, close };
  } catch (error) {
    const said = console().slice(-3000);
    await close();
    throw new Error(`the machine does not boot: ${said}`, { cause: error });
  }
};
