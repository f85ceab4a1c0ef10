// What the suites need of the host and what they or an engine can leave on it.
import { readdir, readFile, rmdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { kill, run } from './processes.mjs';

/** critest binds these on the host. */
const hostPorts = [12000, 12001, 12002, 12003];
/** Size in bytes of the segments that critest makes with ipcmk and forgets. */
const forgottenSize = '1048576';

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}

export async function checkPorts() {
  for (const port of hostPorts) {
    if (!(await isFree(port))) throw new Error(`port ${port} of the host is taken; critest needs it`);
  }
}

/** Ids of the unused SysV shared memory segments that look like critest's. */
export async function forgottenSegments() {
  const lines = (await readFile('/proc/sysvipc/shm', 'utf8')).trim().split('\n').slice(1);
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.filter(([, , , size, , , attached]) => size === forgottenSize && attached === '0').map(([, id]) => id);
}

export async function removeSegments(before) {
  for (const id of await forgottenSegments()) if (!before.includes(id)) await run('ipcrm', ['-m', id]);
}

/** Processes whose command line names the directory; it is ours alone, so they are of the engine we started. */
async function processesOf(directory) {
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(directory)) found.push({ pid: Number(pid), line: line.replaceAll('\0', ' ').trim() });
  }
  return found;
}

async function mountsBelow(directory) {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trim().split('\n');
  return lines.map((line) => line.split(' ')[4]).filter((point) => point.startsWith(`${directory}/`));
}

/** Ends processes and mounts that an engine left in its directory, so that it can be deleted; returns what there was. */
export async function clearLeftovers(directory) {
  const processes = await processesOf(directory);
  for (const { pid } of processes) kill(pid, 'SIGKILL');
  const mounts = (await mountsBelow(directory)).reverse();
  for (const point of mounts) await run('umount', ['--lazy', point]);
  return [...processes.map(({ line }) => `process ${line}`), ...mounts.map((point) => `mount ${point}`)];
}

/** Removes the cgroup from every hierarchy; returns the cgroups that an engine left below it. */
export async function removeCgroup(name) {
  const { output } = await run('find', ['/sys/fs/cgroup', '-depth', '-type', 'd', '-path', `*/${name}*`]);
  const found = output.split('\n').filter((path) => path !== '');
  for (const path of found) await rmdir(path).catch(() => undefined);
  return found.filter((path) => !path.endsWith(`/${name}`)).map((path) => `cgroup ${path}`);
}
