// count.mjs REPORT: prints "PASSED FAILED SKIPPED" of one vitest JSON report.
// A test file that could not even be loaded counts as one failed test. Exit status 1: no report, or no test in it.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
const passed = report.numPassedTests;
const failed = report.numFailedTests + unloaded.length;
const skipped = report.numPendingTests + report.numTodoTests;
if (passed + failed + skipped === 0) {
  console.error(`${process.argv[2]}: no tests`);
  process.exit(1);
}
console.log(passed, failed, skipped);
