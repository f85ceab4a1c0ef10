import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cniBinDir, removeBridge, writeNetwork } from './cni.mjs';
import { podIds, removePods, servedVersions } from './cri.mjs';
import { clearLeftovers, removeCgroup } from './host.mjs';
import { registriesConf, repository } from './paths.mjs';
import { start, stop } from './processes.mjs';

const startTimeout = 30_000;
const stopGrace = 20_000;
const janusd = join(repository, 'bin', 'janusd');
const cgroup = `janus-conformance-${process.pid}`;

/** bin/janusd with the arguments; JANUS_DIST names another build than its own. */
function commandOf(args) {
  const dist = process.env.JANUS_DIST;
  if (dist === undefined) return [janusd, args];
  const main = `import { main } from ${JSON.stringify(resolve(dist, 'daemon/cli.js'))}; await main(process.argv)`;
  return [process.execPath, ['--input-type=module', '-e', main, 'janusd', ...args]];
}

async function writeConfig(work, suite, confDir) {
  const config = {
    hosts: [`unix://${join(work, 'janus.sock')}`],
    graph: join(work, 'graph'),
    state: join(work, 'state'),
    pidfile: join(work, 'janusd.pid'),
    'log-driver': 'stdout',
    'cgroup-parent': `/${cgroup}`,
    'enable-cri-v1': suite.api === 'v1',
    'network-plugin': 'cni',
    'cni-conf-dir': confDir,
    'cni-bin-dir': cniBinDir,
    'registries-conf': registriesConf,
    'pod-sandbox-image': 'registry.k8s.io/pause:3.9',
  };
  const path = join(work, 'daemon.json');
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return { path, endpoint: config.hosts[0] };
}

async function untilReady(endpoint, child, log) {
  let end;
  child.ended.then((how) => (end = how));
  for (const limit = Date.now() + startTimeout; Date.now() < limit && end === undefined; await sleep(100)) {
    // The first answer can come between the questions for the two versions: ask again once something answers.
    if ((await servedVersions(endpoint)).length > 0) return servedVersions(endpoint);
  }
  const tail = (await readFile(log, 'utf8')).slice(-2000);
  throw new Error(`janusd is not ready (${end ?? `no answer in ${startTimeout / 1000} s`}):\n${tail}`);
}

async function takeDown({ endpoint, child, work, bridge }) {
  const left = [];
  const [api] = await servedVersions(endpoint);
  if (api !== undefined) {
    const pods = await removePods(endpoint, api).catch((error) => `pods that cannot be removed: ${error.message}`);
    if (pods !== 0) left.push(typeof pods === 'number' ? `${pods} pods` : pods);
  }
  const end = await stop(child, stopGrace);
  if (end !== 'exit 0') left.push(`janusd ended with ${end}`);
  left.push(...(await clearLeftovers(work)), ...(await removeCgroup(cgroup)));
  await removeBridge(bridge);
  return left;
}

function checkVersions(served, { release, api }) {
  if (!served.includes(api)) throw new Error(`the engine does not serve ${api}`);
  if (api === 'v1alpha2' && release !== '1.23' && served.includes('v1')) {
    throw new Error(`the engine serves v1, so critest ${release} would speak v1`);
  }
}

/** A janusd of its own for the suite, in `work`; what was left when it ended is printed. */
async function withJanusd({ suite, work, number, results }, use) {
  if (!existsSync(janusd)) throw new Error('bin/janusd is missing');
  const log = join(results, 'janusd.log');
  const { confDir, bridge } = await writeNetwork(work, number);
  const { path, endpoint } = await writeConfig(work, suite, confDir);
  const child = start(...commandOf(['--config', path]), { log, cwd: work });
  try {
    checkVersions(await untilReady(endpoint, child, log), suite);
    return await use(endpoint);
  } finally {
    for (const what of await takeDown({ endpoint, child, work, bridge })) console.log(`  left behind: ${what}`);
  }
}

/** An engine that somebody else runs: only the pods that the suite left are taken away. */
async function withRunning(endpoint, suite, use) {
  const served = await servedVersions(endpoint);
  if (served.length === 0) throw new Error(`nothing answers on ${endpoint}`);
  checkVersions(served, suite);
  const before = await podIds(endpoint, suite.api);
  try {
    return await use(endpoint);
  } finally {
    const left = await removePods(endpoint, suite.api, before);
    if (left > 0) console.log(`  left behind: ${left} pods`);
  }
}

/** Runs `use` with the endpoint of an engine that serves what the suite speaks. */
export function withEngine(run, use) {
  return run.endpoint === undefined ? withJanusd(run, use) : withRunning(run.endpoint, run.suite, use);
}
