import type { z } from 'zod';
import { type SettingKey, type Settings, settingsSchema } from './settings.ts';

/** Where a value came from. */
export type Source = 'default' | 'file' | 'flag';

/** The configuration cannot be used. The message has one line per problem: where, key, value and rule. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export type Label = (key: string) => string;
export const fileLabel =
  (file: string): Label =>
  (key) =>
    `${file}: "${key}"`;

/** Flags have the names of keys but for those that are given once per value. */
export const flagLabel: Label = (key) =>
  `--${({ hosts: 'host', 'insecure-registries': 'insecure-registry' } as Readonly<Record<string, string>>)[key] ?? key}`;

const MAX_SHOWN = 200;
const USERINFO = /\/\/[^/@\s"]*@/g;
/** As JSON, on one line, without passwords. */
const show = (value: unknown): string => {
  const shown = (JSON.stringify(value) ?? 'nothing').replace(USERINFO, '//***@');
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}...` : shown;
};

export const problem = (where: string, value: unknown, rule: string): string => `${where}: ${show(value)}: ${rule}`;

interface Checked {
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/** Checks each value by itself. */
export const checkSettings = (values: Partial<Record<SettingKey, unknown>>, label: Label): Checked => {
  const result = settingsSchema.partial().safeParse(values);
  if (result.success) return { settings: definedOnly(result.data), problems: [] };
  return {
    settings: {},
    problems: firstOfEach(result.error.issues).flatMap((issue) => problemsOf(issue, values, label)),
  };
};

/** One rule at a time: a string that should be a list may also be too long for one. */
const firstOfEach = (issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] => {
  const paths = issues.map(({ path }) => path.join('\0'));
  return issues.filter((_, at) => paths.indexOf(paths[at] ?? '') === at);
};

const definedOnly = (settings: object): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

const problemsOf = (issue: z.core.$ZodIssue, values: object, label: Label): readonly string[] => {
  const [key, ...inner] = issue.path.map(String);
  const where = [label(key ?? ''), ...inner.map((part) => `"${part}"`)].join(': ');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((each) => `${where}: "${each}": is no key of it`);
  if (issue.code === 'invalid_key') return [`${where}: ${issue.issues[0]?.message ?? issue.message}`];
  return [problem(where, valueAt(values, issue.path), issue.message)];
};

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
