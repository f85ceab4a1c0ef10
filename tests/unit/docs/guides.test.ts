import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isWhole, missing, outputs, scriptOf, stepsOf, unmarked } from '../../integration/guides/page.ts';

const PAGE = `# A page

\`\`\`sh
word=hello
echo "$word   world"
\`\`\`
\`\`\`text
hello world
\`\`\`

Not run here:

\`\`\`sh elsewhere
reboot
\`\`\`

\`\`\`sh
echo one; echo "two and $word"
\`\`\`
\`\`\`text
two … hello
\`\`\`
`;

const printed = (page: string): readonly string[] => {
  const steps = stepsOf(page);
  const output = spawnSync('bash', ['-c', scriptOf(steps)]).stdout.toString();
  expect(isWhole(output)).toBe(true);
  return outputs(output, steps.length).map(String);
};

test('blocks are run in their order, in one shell, and what they print is compared', () => {
  const steps = stepsOf(PAGE);
  expect(steps.map(({ line }) => line)).toEqual([3, 17]);
  expect(steps.map((step, at) => missing(step, printed(PAGE)[at] ?? ''))).toEqual([[], []]);
});

test('a line that is not printed, or not in its place, is missed', () => {
  const [step] = stepsOf('```sh\n```\n```text\nb\na\n```\n');
  expect(missing(step as NonNullable<typeof step>, 'a\nb\n')).toEqual(['a']);
});

test('a step that fails ends the script', () => {
  const output = spawnSync('bash', ['-c', scriptOf(stepsOf('```sh\nfalse\n```\n'))]).stdout.toString();
  expect(isWhole(output)).toBe(false);
});

test('a block that is not run, without a word of it, is found', () => {
  expect(unmarked(PAGE)).toEqual([]);
  expect(unmarked(PAGE.replace('Not run here', 'Do this'))).toEqual([13]);
});
