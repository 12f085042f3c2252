import type { CommandFacts, OptionFacts } from './facts.ts';
import { brief, MADE, offerFor, offerForArguments } from './words.ts';

/** Writes the completion for zsh, a function for each command. */
export function zshCompletion(commands: readonly CommandFacts[]): string {
  return `#compdef idpmap
# zsh completion for idpmap, ${MADE}

${commands.map((command) => writeFunction(command, commands)).join('\n\n')}

_idpmap "$@"
`;
}

const functionOf = (name: string): string =>
  `_idpmap${name === '' ? '' : `_${name.replaceAll(/[ -]/g, '_')}`}`;

function writeFunction(command: CommandFacts, all: readonly CommandFacts[]): string {
  const specs = command.options.flatMap(writeOption).map((spec) => `    ${spec}`);
  const body =
    command.commands.length === 0
      ? writeArguments(command, specs)
      : writeGroup(command, all, specs);
  return `${functionOf(command.name)}() {\n${body}\n}`;
}

function writeArguments(command: CommandFacts, specs: readonly string[]): string {
  const offer = offerForArguments(command);
  const given = command.arguments.map(({ name, written }) => {
    const action = offer.kind === 'files' ? '_files' : '';
    const place = written.includes('...') ? '*' : written.startsWith('[') ? ':' : '';
    return `    ${quote(`${place}:${name}:${action}`)}`;
  });
  return ['  _arguments -s -S \\', [...specs, ...given].join(' \\\n')].join('\n');
}

function writeGroup(
  { name, commands }: CommandFacts,
  all: readonly CommandFacts[],
  specs: readonly string[],
): string {
  const below = commands.map((each) => (name === '' ? each : `${name} ${each}`));
  const described = below.map((whole, i) => {
    const { description = '' } = all.find((each) => each.name === whole) ?? {};
    return `    ${quote(`${escapeColon(commands[i] ?? '')}:${escapeColon(brief(description))}`)}`;
  });
  return `  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${described.join('\n')}
  )
  _arguments -s -S -C \\
${[...specs, "    '1: :->command'", "    '*:: :->arguments'"].join(' \\\n')}
  case $state in
    command) _describe -t commands command commands ;;
    arguments)
      case $line[1] in
${below.map((whole, i) => `        ${commands[i]}) ${functionOf(whole)} ;;`).join('\n')}
      esac
      ;;
  esac`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const escapeColon = (text: string): string => text.replaceAll(':', '\\:');

function writeOption(option: OptionFacts): readonly string[] {
  const { names, description, value, isValued } = option;
  const text = `[${brief(description).replaceAll(/[[\]\\:]/g, '\\$&')}]`;
  const action = actionOf(option);
  const behind =
    value === undefined
      ? ''
      : `${isValued ? '' : ':'}:${value.replaceAll(/[<>[\]:]/g, '')}:${action}`;
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  return names.map((name) => quote(`${others}${name}${text}${behind}`));
}

function actionOf(option: OptionFacts): string {
  const { kind, words } = offerFor(option);
  if (kind === 'files') return '_files';
  if (kind === 'directories') return '_files -/';
  return kind === 'words' ? `(${words.join(' ')})` : '';
}
