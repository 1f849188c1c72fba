/** What the shells complete. Taken from the program itself, so that it cannot lag behind. */
export interface Completable {
  readonly name: string;
  readonly description: string;
  /** Long options, with their dashes. */
  readonly options: readonly string[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

function bash(commands: readonly Completable[], globals: readonly string[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${[...options, ...globals].join(' ')}" ;;`);
  return `# dind-station: source this file, or put it into /etc/bash_completion.d/
_dind_station() {
  local words command=\${COMP_WORDS[1]}
  case $command in
${cases.join('\n')}
    *) words="${[...commands.map(({ name }) => name), ...globals].join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _dind_station dind-station
`;
}

function zsh(commands: readonly Completable[], globals: readonly string[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) compadd -- ${[...options, ...globals].join(' ')} ;;`);
  const described = commands.map(({ name, description }) => `      '${name}:${description.replaceAll("'", "'\\''")}'`);
  return `#compdef dind-station
# dind-station: put this file as _dind-station into a folder of $fpath
_dind_station() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${described.join('\n')}
    )
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
}
_dind_station "$@"
`;
}

function fish(commands: readonly Completable[], globals: readonly string[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c dind-station -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`,
    ...options.map(
      (option) => `complete -c dind-station -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
    ),
  ]);
  const anywhere = globals.map((option) => `complete -c dind-station -l ${option.slice(2)}`);
  return ['# dind-station: put this file into ~/.config/fish/completions/', ...lines, ...anywhere, ''].join('\n');
}

/** The completion script for a shell. */
export function completionScript(shell: Shell, commands: readonly Completable[], globals: readonly string[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands, globals);
    case 'zsh':
      return zsh(commands, globals);
    case 'fish':
      return fish(commands, globals);
  }
}
