import type { CommandFacts } from './facts.ts';
import { MADE, type Offer, offerFor, offerForArguments, valuedNames } from './words.ts';

/** Writes the completion for bash. It needs nothing but bash: not the package `bash-completion`. */
export function bashCompletion(commands: readonly CommandFacts[]): string {
  return `# bash completion for idpmap, ${MADE}

_idpmap() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' word skip='' offered='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then
      skip=''
      continue
    fi
    case $word in
      ${valuedNames(commands).join(' | ')}) skip=yes ;;
      -*) ;;
      *)
        case "$command\${command:+ }$word" in
          ${named(commands)
            .map(({ name }) => quote(name))
            .join(' | ')}) command="$command\${command:+ }$word" ;;
        esac
        ;;
    esac
  done
  COMPREPLY=()
  case "$command:$previous" in
${values(commands).join('\n')}
  esac
  # What follows is a value that nobody can guess.
  [[ -z $skip ]] || return 0
  case "$command" in
${commands.map(offerAll).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -F _idpmap idpmap
`;
}

const named = (commands: readonly CommandFacts[]): readonly CommandFacts[] =>
  commands.filter(({ name }) => name !== '');

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What is offered behind options. */
const values = (commands: readonly CommandFacts[]): readonly string[] =>
  commands.flatMap(({ name, options }) =>
    options.flatMap((option) => {
      const offer = offerFor(option);
      const patterns = option.names.map((flag) => quote(`${name}:${flag}`)).join(' | ');
      return offer.kind === 'nothing'
        ? []
        : [`    ${patterns})\n      ${generate(offer)}\n      return 0\n      ;;`];
    }),
  );

function generate({ kind, words }: Offer): string {
  const flag =
    kind === 'files' ? '-f' : kind === 'directories' ? '-d' : `-W ${quote(words.join(' '))}`;
  const open = kind === 'words' ? '' : 'compopt -o filenames 2>/dev/null\n      ';
  return `${open}mapfile -t COMPREPLY < <(compgen ${flag} -- "$current")`;
}

/** What is offered where a command's own words stand. */
function offerAll(command: CommandFacts): string {
  const { name, commands, options } = command;
  const flags = options.flatMap(({ names }) => names.filter((each) => each.startsWith('--')));
  const lines = [`offered=${quote([...commands, ...flags].join(' '))}`];
  const offer = offerForArguments(command);
  if (offer.kind !== 'nothing')
    lines.push(
      'if [[ $current != -* ]]; then',
      `  ${generate(offer).replaceAll('\n', '\n  ')}`,
      '  return 0',
      'fi',
    );
  return `    ${quote(name)})\n${lines.map((each) => `      ${each}`).join('\n')}\n      ;;`;
}
