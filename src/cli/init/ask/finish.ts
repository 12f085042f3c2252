import { basename, dirname } from 'node:path';
import { editorLines } from '../../editors.ts';
import { EXIT } from '../../exit.ts';
import { print } from '../../print.ts';
import { CONFIG_HEAD } from '../keycloak.ts';
import type { Place } from './places.ts';
import { NO_COMMANDS, type Plan } from './plan.ts';
import type { Options } from './question.ts';
import { type Written, writeAll } from './write.ts';

/** How it is told. */
export interface Finishing {
  readonly options: Options;
  readonly tell: (line: string) => void;
}

/** Writes, or prints, and says what is left to do. */
export async function finish(
  plan: Plan,
  places: ReadonlyMap<string, Place>,
  output: Place | undefined,
  { options, tell }: Finishing,
): Promise<number> {
  const near = output === undefined ? undefined : dirname(output.path);
  const lines = plan.config((name) => {
    const path = places.get(name)?.path ?? name;
    return dirname(path) === near ? basename(path) : path;
  });
  const config = [...editorLines(), ...CONFIG_HEAD, ...lines];
  const written: Written[] = plan.files.flatMap(({ name, text, isSecret }) => {
    const place = places.get(name);
    return place === undefined ? [] : [{ ...place, text, mode: isSecret ? 0o600 : 0o666 }];
  });
  if (output !== undefined)
    written.push({ ...output, text: `${config.join('\n')}\n`, mode: 0o666 });
  await writeAll(written);
  for (const { path } of written) tell(`wrote ${path}`);
  // What is written needs no command that writes it.
  const { head, lines: commands } = places.size > 0 ? NO_COMMANDS : plan.commands;
  printParts(options, {
    config: output === undefined ? { shown: config, text: lines } : { shown: [], text: [] },
    commands: { shown: [...head, ...commands], text: commands },
  });
  if (output !== undefined) {
    const first = commands.length === 0 ? '' : 'the commands above, then ';
    tell(`Next: ${first}idpmap check --config ${output.path}`);
  }
  return EXIT.ok;
}

interface Part {
  /** For people, with comments. */
  readonly shown: readonly string[];
  readonly text: readonly string[];
}

function printParts(
  { only, json }: Options,
  { config, commands }: Readonly<Record<'config' | 'commands', Part>>,
): void {
  const wanted = [only === 'commands' ? [] : config.shown, only === 'config' ? [] : commands.shown];
  const shown = wanted.filter((part) => part.length > 0).map((part) => part.join('\n'));
  if (shown.length === 0) return;
  const result = { config: `${config.text.join('\n')}\n`, commands: commands.text };
  print({ json: json === true }, result, shown.join('\n\n'));
}
