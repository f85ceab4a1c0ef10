import { isAbsolute } from 'node:path';
import * as z from 'zod';

/** When a hook runs, as the OCI specification names it (config.md, "POSIX-platform Hooks"). */
export const HOOK_NAMES = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const;

export type HookName = (typeof HOOK_NAMES)[number];

const text = z.string('must be a string');

/** What any hook has, wherever it is written down. */
export const hookFields = {
  path: text.refine(isAbsolute, 'must be an absolute path'),
  args: z.array(text, 'must be a list of strings').optional(),
  env: z.array(text.regex(/^[^=\0]+=/, 'must be NAME=value'), 'must be a list of NAME=value').optional(),
  /** Seconds. */
  timeout: z.number('must be a number').int('must be whole').positive('must be more than 0').optional(),
};

const hook = z.strictObject(hookFields, 'must be an object with "path"');
export type Hook = z.output<typeof hook>;

/** Lists of hooks by name, each in the order in which they run. */
export type Hooks = Readonly<Partial<Record<HookName, readonly Hook[]>>>;

const list = z.array(hook, 'must be a list of hooks').optional();

/** `hooks` of an OCI config.json. */
export const hooksSchema = z.strictObject(
  {
    prestart: list,
    createRuntime: list,
    createContainer: list,
    startContainer: list,
    poststart: list,
    poststop: list,
  } satisfies Record<HookName, typeof list>,
  'must be an object of lists of hooks',
);

/** The first ones run first. */
export const joinHooks = (...all: readonly Hooks[]): Hooks =>
  Object.fromEntries(
    HOOK_NAMES.map((name) => [name, all.flatMap((hooks) => hooks[name] ?? [])] as const).filter(
      ([, hooks]) => hooks.length > 0,
    ),
  );

/** The first thing that is wrong, with the path that leads to it. */
export const firstProblem = ({ issues: [issue] }: z.ZodError): string => {
  if (issue === undefined) return 'is wrong';
  const path = issue.path.reduce<string>(
    (before, part) => (typeof part === 'number' ? `${before}[${part}]` : `${before}${before && '.'}${String(part)}`),
    '',
  );
  const words = issue.code === 'unrecognized_keys' ? `has the unknown ${issue.keys.join(', ')}` : issue.message;
  return path === '' ? words : `${path}: ${words}`;
};
