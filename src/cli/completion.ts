import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Words that may follow a command: its subcommands and its options. */
const wordsOf = (command: Command): readonly string[] => [
  ...command.commands.map((each) => each.name()),
  ...command.options.map(({ long, short }) => long ?? short ?? ''),
];

interface Place {
  /** Names from the program down to this command. */
  readonly path: string;
  readonly words: readonly string[];
}

const places = (command: Command, path: readonly string[] = []): readonly Place[] => {
  const here = [...path, command.name()];
  return [{ path: here.join(' '), words: wordsOf(command) }, ...command.commands.flatMap((each) => places(each, here))];
};

const bash = (program: Command): string => `_janus() {
  local current=\${COMP_WORDS[COMP_CWORD]} at=janus word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$at $word" in
${places(program)
  .slice(1)
  .map(({ path }) => `      '${path}') at='${path}' ;;`)
  .join('\n')}
    esac
  done
  case $at in
${places(program)
  .map(({ path, words }) => `    '${path}') COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current")) ;;`)
  .join('\n')}
  esac
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _janus janus
`;

const fish = (program: Command): string =>
  places(program)
    .map(({ path, words }) => {
      const [, ...parents] = path.split(' ');
      const when =
        parents.length === 0
          ? '__fish_use_subcommand'
          : parents.map((each) => `__fish_seen_subcommand_from ${each}`).join('; and ');
      return `complete -c janus -n '${when}' -a '${words.join(' ')}'\n`;
    })
    .join('');

/** compinit comes first, for a shell whose own files do not call it. */
const ZSH = `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit -u }
autoload -U +X bashcompinit && bashcompinit
`;

/** A script for the shell, made of the commands themselves. zsh runs bash's. */
export const completionScript = (program: Command, shell: Shell): string => {
  if (shell === 'fish') return fish(program);
  return shell === 'zsh' ? `${ZSH}${bash(program)}` : bash(program);
};
