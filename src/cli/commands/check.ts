import type { BuildFlags } from '../../config/conflicts.ts';
import { check } from '../check/check.ts';
import type { Finding } from '../check/finding.ts';
import { EXIT } from '../failure.ts';
import { dataText, type Format } from '../output.ts';

export interface CheckCommand {
  readonly config: string;
  readonly fileRequired: boolean;
  readonly build: BuildFlags;
  readonly registry: readonly string[];
  readonly output: Format;
}

const MARK: Readonly<Record<Finding['level'], string>> = { ok: 'ok     ', warning: 'warning', error: 'error  ' };

const lineOf = ({ level, subject, found, advice }: Finding): string =>
  `${MARK[level]}  ${subject}: ${found}\n${advice === '' ? '' : `         ${advice}\n`}`;

const summary = (findings: readonly Finding[]): string => {
  const count = (level: Finding['level']): number => findings.filter((each) => each.level === level).length;
  return `${count('ok')} ok, ${count('warning')} warnings, ${count('error')} errors\n`;
};

/** Errors make the exit code; warnings do not. */
export const checkCommand = async (command: CheckCommand): Promise<{ text: string; exitCode: number }> => {
  const { config, fileRequired, build, registry, output } = command;
  const findings = await check({ file: config, fileRequired, flags: {}, build, registries: registry });
  const text = output === 'table' ? `${findings.map(lineOf).join('')}${summary(findings)}` : dataText(findings, output);
  return { text, exitCode: findings.some(({ level }) => level === 'error') ? EXIT.failure : 0 };
};
