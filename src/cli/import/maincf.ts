import { text } from 'node:stream/consumers';
import { importMainCf } from './maincf/maincf.ts';
import { tellMistakes } from './mistakes.ts';
import { printImported } from './output.ts';
import { readText } from './texts.ts';

/** Options of `import main.cf`. */
export interface MainCfOptions {
  /** Where Postfix asks, as it writes it. */
  readonly endpoint: string;
}

/**
 * Prints the configuration that the tables of a main.cf come to, with its lines as they were and as they are to be. What
 * stays is named on standard error and in comments; passwords are not printed.
 * @param file `-`: what `postconf -n` prints, on standard input
 */
export async function importMainCfFile(file: string, { endpoint }: MainCfOptions): Promise<number> {
  const read =
    file === '-' ? { file: 'postconf', text: await text(process.stdin) } : await readText(file);
  const imported = await importMainCf(read, endpoint);
  const notes = [...imported.notes, ...(await tellMistakes(imported))];
  return printImported(imported.settings, notes, [
    'What Postfix asked by its own tables. In main.cf, each line (-) becomes the one behind it (+), once',
    '"idpmap check" is content and idpmap runs:',
    ...imported.lines.flatMap(({ where, before, after }) => [where, `- ${before}`, `+ ${after}`]),
    ...(imported.lines.length === 0 ? ['nothing: it names no table that asks a server'] : []),
    'Maps that are written out take the place of all built-in ones: add those that you use.',
  ]);
}
