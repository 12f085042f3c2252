import { type CommonOptions, command } from './common.ts';
import { EXIT } from './exit.ts';
import { print } from './print.ts';

/** Lets the running daemon take what a directory's guard holds back. */
export async function accept(directory: string, options: CommonOptions): Promise<number> {
  const { taken } = await command(options, 'accept', { directory });
  const text = taken === undefined ? `${directory} holds nothing back` : `taken: ${taken}`;
  print(options, { taken: taken ?? null }, text);
  return EXIT.ok;
}
