// Proves that docs/reference/cri.md has one row for each RPC and each field of scripts/cri-tables (which check-protos.mjs holds against the
// protos), marked with the versions that have it. Prints one line per problem and exits 1, or one line of counts.
// Argument: the root to check (default: this repository).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const PAGE = 'docs/reference/cri.md';
const read = (path) => readFileSync(join(root, path), 'utf8');

/** `RuntimeService.Version`, `Mount.readonly`, ... of one version. Enums have no rows of their own. */
function membersOf(version) {
  const members = new Set();
  let block;
  for (const line of read(`scripts/cri-tables/${version}.txt`).split('\n')) {
    const head = /^(?<kind>service|message|enum) (?<name>\S+)$/.exec(line)?.groups;
    if (head) block = head;
    const member = /^ {2}(?:\d+ )?(?<name>\w+) /.exec(line)?.groups;
    if (member && block.kind !== 'enum') members.add(`${block.name}.${member.name}`);
  }
  if (members.size === 0) throw new Error(`the table of ${version} is empty`);
  return members;
}

/**
 * Rows of the page: those whose first cell is one name in code. A name without a dot belongs to the `###` heading above it.
 * A line that begins as a row and is none is a problem, so that nothing is passed over.
 */
function rowsOf(page) {
  let heading = '';
  return page.split('\n').flatMap((line, index) => {
    if (/^##? /.test(line)) heading = '';
    heading = /^### (\w+)$/.exec(line)?.[1] ?? heading;
    if (!line.startsWith('| `')) return [];
    const cells = line.split('|').map((cell) => cell.trim());
    const name = /^`([\w.]+)`$/.exec(cells[1])?.[1] ?? cells[1];
    return [
      {
        name: name.includes('.') ? name : `${heading}.${name}`,
        version: cells[2],
        meanings: cells.slice(3, -1),
        line: index + 1,
      },
    ];
  });
}

function problemsOf(row, first, expected) {
  const problems = [];
  if (!expected.has(row.name)) problems.push('is in no version');
  else if (row.version !== expected.get(row.name))
    problems.push(`is marked "${row.version}", and is "${expected.get(row.name)}"`);
  if (first !== row) problems.push(`stands in line ${first.line} already`);
  if (row.meanings.length === 0 || row.meanings.includes('')) problems.push('has an empty cell');
  return problems.map((problem) => `${PAGE}:${row.line}: ${row.name} ${problem}`);
}

const v1alpha2 = membersOf('v1alpha2');
const expected = new Map([...membersOf('v1')].map((name) => [name, v1alpha2.has(name) ? 'both' : 'v1']));
const rows = rowsOf(read(PAGE));
const first = new Map(rows.toReversed().map((row) => [row.name, row]));
const problems = [
  ...rows.flatMap((row) => problemsOf(row, first.get(row.name), expected)),
  ...[...expected.keys()].filter((name) => !first.has(name)).map((name) => `${PAGE}: ${name} is missing`),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else
  console.log(
    `${PAGE} names all ${rows.length} RPCs and fields: ${v1alpha2.size} of both versions, ${rows.length - v1alpha2.size} of v1`,
  );
