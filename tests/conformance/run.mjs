// Conformance of a CRI engine by critest, release by release. Exit status: 0 all passed; 1 a spec failed or a suite
// could not run; 2 wrong arguments; 3 nothing failed, but critest of some release is not to be had here.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCritest, Unavailable } from './critest.mjs';
import { withEngine } from './engine.mjs';
import { checkPorts, forgottenSegments, removeSegments } from './host.mjs';
import { parseOptions, titleOf } from './options.mjs';
import { resultsOf } from './paths.mjs';
import { closingLine, count, failures } from './summary.mjs';
import { withTestbed } from './testbed.mjs';

/** Aborts at the first SIGINT or SIGTERM, so that what was started is still taken down. */
function interruption() {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'])
    process.on(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  return controller.signal;
}

async function withWork(keep, use) {
  const work = await mkdtemp(join(tmpdir(), 'janus-conformance-'));
  // The root of a user namespace reaches its file system through here.
  await chmod(work, 0o711);
  try {
    return await use(work);
  } finally {
    if (keep) console.log(`  kept: ${work}`);
    else await rm(work, { recursive: true, force: true });
  }
}

async function emptyResults(suite) {
  const results = resultsOf(suite);
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  return results;
}

/** Specs of one suite, run against an engine that exists for it alone. */
async function runSuite(suite, number, { options, signal }) {
  signal.throwIfAborted();
  await checkPorts();
  const results = await emptyResults(suite);
  const segments = await forgottenSegments();
  try {
    return await withWork(options.keep, async (work) => {
      const critestWork = join(work, 'critest');
      await mkdir(critestWork);
      const engine = { suite, work, number, results, endpoint: options.endpoint };
      return withEngine(engine, (endpoint) =>
        runCritest({ suite, endpoint, options, work: critestWork, results, signal }),
      );
    });
  } finally {
    await removeSegments(segments);
  }
}

/** Runs the suite, prints its closing line and returns its specs and the exit status it stands for. */
async function report(suite, number, context) {
  const title = titleOf(suite);
  try {
    const specs = await runSuite(suite, number, context);
    console.log([closingLine(title, specs), ...failures(specs)].join('\n'));
    return { specs, status: count(specs).failed > 0 ? 1 : 0 };
  } catch (error) {
    console.log(`${title}: could not run: ${error.message}`);
    return { specs: [], status: error instanceof Unavailable ? 3 : 1 };
  }
}

async function reportAll(context) {
  const outcomes = [];
  for (const [index, suite] of context.options.suites.entries()) outcomes.push(await report(suite, index + 1, context));
  const { passed, failed, skipped } = count(outcomes.flatMap(({ specs }) => specs));
  console.log(`conformance: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  const statuses = outcomes.map(({ status }) => status);
  return statuses.includes(1) ? 1 : Math.max(...statuses);
}

const options = parseOptions(process.argv.slice(2));
const signal = interruption();
try {
  process.exitCode = await withTestbed(options, () => reportAll({ options, signal }));
} catch (error) {
  console.error(`conformance: ${error.message}`);
  process.exitCode = 1;
}
