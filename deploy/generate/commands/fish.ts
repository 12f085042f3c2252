import type { CommandFacts, OptionFacts } from './facts.ts';
import { brief, MADE, offerFor, offerForArguments, valuedNames } from './words.ts';

/** Writes the completion for fish. */
export function fishCompletion(commands: readonly CommandFacts[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name !== '');
  return `# fish completion for idpmap, ${MADE}

# Whether the words so far are those of this command.
function __idpmap_at
    set -l command
    set -l skip no
    for word in (commandline -opc)[2..]
        if test $skip = yes
            set skip no
            continue
        end
        switch $word
            case ${valuedNames(commands).map(quote).join(' ')}
                set skip yes
            case '-*'
            case '*'
                set -l longer (string join ' ' $command $word)
                if contains -- $longer ${names.map(quote).join(' ')}
                    set command $longer
                end
        end
    end
    test "$command" = "$argv"
end

complete -c idpmap -f
${commands.flatMap((command) => tellCommand(command, commands)).join('\n')}
`;
}

function tellCommand(command: CommandFacts, all: readonly CommandFacts[]): readonly string[] {
  const { name, commands, options } = command;
  const start = `complete -c idpmap -n ${quote(`__idpmap_at ${quote(name)}`)}`;
  const below = commands.map((each) => {
    const whole = name === '' ? each : `${name} ${each}`;
    const { description = '' } = all.find((other) => other.name === whole) ?? {};
    return `${start} -a ${quote(each)} -d ${quote(brief(description))}`;
  });
  const files = offerForArguments(command).kind === 'files' ? [`${start} -F`] : [];
  return [...below, ...files, ...options.map((option) => `${start} ${tellOption(option)}`)];
}

function tellOption(option: OptionFacts): string {
  const { names, description, isValued } = option;
  const { kind, words } = offerFor(option);
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const offered = {
    files: ' -F',
    directories: ` -a ${quote('(__fish_complete_directories)')}`,
    words: ` -a ${quote(words.join(' '))}`,
    nothing: '',
  }[kind];
  return `${flags.join(' ')}${isValued ? VALUED[kind] : ''}${offered} -d ${quote(brief(description))}`;
}

/** Files are offered only where they are meant. */
const VALUED = { files: ' -r', directories: ' -x', words: ' -x', nothing: ' -x' } as const;

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
