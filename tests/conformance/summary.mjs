function reasonOf(spec) {
  if (/benchmark/i.test(spec.name)) return 'benchmarks';
  return spec.message === '' ? 'not selected' : spec.message.split('\n')[0];
}

function reasons(skipped) {
  const counts = new Map();
  for (const reason of skipped.map(reasonOf)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.length === 0 ? '' : ` (${sorted.map(([reason, count]) => `${count} ${reason}`).join(', ')})`;
}

const having = (specs, outcome) => specs.filter((spec) => spec.outcome === outcome);

export function count(specs) {
  const number = (outcome) => having(specs, outcome).length;
  return { passed: number('passed'), failed: number('failed'), skipped: number('skipped') };
}

/** The closing line of a suite, for example `critest 1.29 v1: 83 specs, 78 passed, 0 failed, 5 skipped (5 benchmarks)`. */
export function closingLine(title, specs) {
  const { passed, failed, skipped } = count(specs);
  const counts = `${specs.length} specs, ${passed} passed, ${failed} failed, ${skipped} skipped`;
  return `${title}: ${counts}${reasons(having(specs, 'skipped'))}`;
}

/** The first lines that say something: gomega's messages begin with a heading. */
function gist(message) {
  const lines = message.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(0, 3)
    .join(' ')
    .slice(0, 300);
}

export function failures(specs) {
  return having(specs, 'failed').map((spec) => `  failed: ${spec.name}\n    ${gist(spec.message)}`);
}
