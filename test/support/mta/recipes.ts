import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/clients.md'), 'utf8');

/** The block of code in a language, of a chapter of docs/clients.md, as it stands there. */
export function recipeOf(chapter: string, language: string): string {
  const [, text] = PAGE.split(new RegExp(`^## ${chapter}$`, 'm'));
  const [own = ''] = text?.split(/^## /m) ?? [];
  const [, block] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(own) ?? [];
  if (block === undefined) throw new Error(`${chapter} has no block of ${language}`);
  return block;
}
