// JUnit reports as ginkgo 1 and 2 write them. Go's encoder escapes < and > everywhere, so the elements can be found by
// pattern.
const testcase = /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text) {
  return text.replace(/&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

function attribute(text, name) {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(text);
  return found === null ? '' : decode(found[1]);
}

/** Message of the first child element with one of these names: its attribute (ginkgo 2) or its text (ginkgo 1). */
function child(body, names) {
  const found = new RegExp(`<(?:${names})\\b([^>]*?)(?:/>|>([\\s\\S]*?)</(?:${names})>)`).exec(body);
  if (found === null) return undefined;
  return attribute(found[1], 'message') || decode(found[2] ?? '').trim();
}

function specOf(attributes, body) {
  const name = attribute(attributes, 'name').replace(/^\[It\] /, '');
  const failure = child(body, 'failure|error');
  if (failure !== undefined) return { name, outcome: 'failed', message: failure };
  const skip = child(body, 'skipped');
  if (skip === undefined) return { name, outcome: 'passed', message: '' };
  return { name, outcome: 'skipped', message: skip.replace(/^skipped(?: - )?/, '') };
}

/** Set-up and reporting nodes of a suite count only when they fail. */
const isNode = (name) => /^\[(?!It\])[A-Z][A-Za-z]*\]|^(?:Before|After)Suite$/.test(name);

/**
 * @returns {{ name: string, outcome: 'passed' | 'failed' | 'skipped', message: string }[]} one entry a spec; `message`
 *   says why it failed or why the suite itself skipped it, and is empty for a spec that a filter left out
 */
export function parseReport(xml) {
  return [...xml.matchAll(testcase)]
    .map(([, attributes, body]) => specOf(attributes, body ?? ''))
    .filter((spec) => spec.outcome === 'failed' || !isNode(spec.name));
}

/** Parallel nodes of ginkgo 1 report one by one, and each lists what it did not run as skipped. */
export function mergeReports(reports) {
  if (reports.length === 1) return reports[0];
  const byName = new Map();
  for (const spec of reports.flat()) {
    const known = byName.get(spec.name);
    if (known === undefined || known.outcome === 'skipped') byName.set(spec.name, spec);
  }
  return [...byName.values()];
}
