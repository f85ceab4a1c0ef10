import { copyFile, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { patchDigest } from './digest.mjs';
import { mergeReports, parseReport } from './junit.mjs';
import { repository, tools } from './paths.mjs';
import { kill, run, start } from './processes.mjs';
import { digestFile } from './testbed.mjs';

const runTimeout = 30 * 60_000;

/** A suite that cannot be run because its program is not to be had, which says nothing about the engine. */
export class Unavailable extends Error {}

/** Flags of the ginkgo inside: 1 in critest 1.23, 2 after that. Parallel nodes of ginkgo 1 have another working directory. */
const ginkgo1 = {
  program: join(repository, 'tests', 'conformance', 'ginkgo-1.sh'),
  report: (work) => `-report-dir=${join(work, 'report')}`,
  randomize: '-ginkgo.randomizeAllSpecs',
  noColor: '-ginkgo.noColor',
};
const ginkgo2 = {
  report: () => '-ginkgo.junit-report=report.xml',
  randomize: '-ginkgo.randomize-all',
  noColor: '-ginkgo.no-color',
};

/** Makes critest ready in `work`: the patched program, and the ginkgo that it calls by name to run in parallel. */
async function prepare(release, work) {
  const { status, output } = await run(join(repository, 'scripts', 'test-tools.sh'), ['critest', release]);
  if (status === 3) throw new Unavailable(output.replaceAll(/^test-tools: /gm, ''));
  if (status !== 0) throw new Error(`critest ${release} was not built: ${output.slice(-2000)}`);
  for (const name of ['bin', 'tmp', 'report']) await mkdir(join(work, name));
  await patchDigest(join(tools, `critest-${release}`), join(work, 'bin', 'critest'), digestFile);
  const ginkgo = release === '1.23' ? ginkgo1.program : join(tools, `ginkgo-${release}`);
  await symlink(ginkgo, join(work, 'bin', 'ginkgo'));
}

function argumentsFor({ suite, endpoint, work, options: { focus, skip, randomize, nodes } }) {
  const ginkgo = suite.release === '1.23' ? ginkgo1 : ginkgo2;
  const args = [`-runtime-endpoint=${endpoint}`, `-image-endpoint=${endpoint}`, ginkgo.report(work), ginkgo.noColor];
  if (nodes > 1) args.push(`-parallel=${nodes}`);
  if (randomize) args.push(ginkgo.randomize);
  if (focus !== undefined) args.push(`-ginkgo.focus=${focus}`);
  if (skip !== undefined) args.push(`-ginkgo.skip=${skip}`);
  return args;
}

/** In parallel runs ginkgo 2 puts its report into the directory that critest makes for it under TMPDIR. */
const reportName = /^(?:report\/|tmp\/cri-test[^/]*\/)?[^/]*\.xml$/;

async function readReports(work, results) {
  const files = (await readdir(work, { recursive: true })).filter((name) => reportName.test(name));
  for (const [index, name] of files.entries()) await copyFile(join(work, name), join(results, `report-${index}.xml`));
  return Promise.all(files.map((name) => readFile(join(work, name), 'utf8')));
}

async function execute({ release, work, args, log, signal }) {
  const critest = join(work, 'bin', 'critest');
  const path = [join(work, 'bin'), process.env.PATH].join(delimiter);
  const ginkgo = { GINKGO: join(tools, `ginkgo-${release}`), CRITEST: critest };
  const env = { ...process.env, ...ginkgo, PATH: path, TMPDIR: join(work, 'tmp') };
  const child = start(critest, args, { log, cwd: work, env });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(runTimeout)]);
  const end = () => kill(-child.pid, 'SIGKILL');
  limit.addEventListener('abort', end);
  const how = await child.ended;
  limit.removeEventListener('abort', end);
  limit.throwIfAborted();
  return how;
}

/**
 * Runs critest against the endpoint and returns its specs; throws when it did not get as far as a whole report.
 * `work` is an empty directory of its own, `results` is where log and reports stay.
 */
export async function runCritest(context) {
  const { suite, work, results, signal } = context;
  await prepare(suite.release, work);
  const log = join(results, 'critest.log');
  const how = await execute({ release: suite.release, work, args: argumentsFor(context), log, signal });
  const reports = await readReports(work, results);
  const specs = reports.length === 0 ? [] : mergeReports(reports.map(parseReport));
  const failed = specs.some((spec) => spec.outcome === 'failed');
  if (specs.length === 0 || (how !== 'exit 0' && !failed)) throw new Error(`critest ended with ${how}: see ${log}`);
  return specs;
}
