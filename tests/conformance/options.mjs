import { parseArgs } from 'node:util';

const usage = `usage: run.mjs [--suite 1.29]... [--api v1alpha2|v1] [--focus REGEX] [--skip REGEX] [--randomize]
              [--nodes N] [--endpoint unix:///path] [--keep]
  --endpoint  test an engine that runs already, instead of a private janusd
  --keep      leave the working directory and the registry when done`;

const flags = {
  suite: { type: 'string', multiple: true, default: [] },
  api: { type: 'string' },
  focus: { type: 'string' },
  skip: { type: 'string' },
  randomize: { type: 'boolean', default: false },
  nodes: { type: 'string', default: '1' },
  endpoint: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** critest by release, and the CRI version it is to speak. With v1 served, a critest that knows v1 speaks it. */
export const suites = [
  { release: '1.23', api: 'v1alpha2' },
  { release: '1.25', api: 'v1alpha2' },
  { release: '1.25', api: 'v1' },
  { release: '1.29', api: 'v1' },
  { release: '1.36', api: 'v1' },
];

export const titleOf = (suite) => `critest ${suite.release} ${suite.api}`;

function problemOf(values) {
  const releases = new Set(suites.map((suite) => suite.release));
  const unknown = values.suite.find((release) => !releases.has(release));
  if (unknown !== undefined) return `no suite ${unknown}; there are ${[...releases].join(', ')}`;
  if (values.api !== undefined && !['v1alpha2', 'v1'].includes(values.api)) return `no API ${values.api}`;
  if (!/^[1-9][0-9]?$/.test(values.nodes)) return `--nodes takes a number from 1 to 99`;
  if (values.endpoint !== undefined && !values.endpoint.startsWith('unix:///')) return '--endpoint takes unix:///path';
  return selected(values).length === 0 ? 'no suite is left by --suite and --api' : undefined;
}

function selected({ suite: releases, api }) {
  return suites.filter(
    (suite) => (releases.length === 0 || releases.includes(suite.release)) && (api ?? suite.api) === suite.api,
  );
}

/** The options with `suites`, those to run; ends the process on wrong arguments (2) and on --help (0). */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({ args, options: flags });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const problem = problemOf(values);
    if (problem !== undefined) throw new Error(problem);
    return { ...values, nodes: Number(values.nodes), suites: selected(values) };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}
