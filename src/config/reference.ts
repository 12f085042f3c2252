import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeEnvExample } from './reference/env-example.ts';
import { makeJsonSchema } from './reference/json-schema.ts';
import { writePage } from './reference/page.ts';
import { ROOT } from './schema.ts';

/** The page for people, `docs/configuration.md`. */
export const configurationPage = (): string => writePage(ROOT);

/** The JSON Schema of the configuration's file, `docs/idpmap.schema.json`. */
export const jsonSchema = (): string => `${JSON.stringify(makeJsonSchema(), undefined, 2)}\n`;

/** The variables of a sidecar and of every setting, `.env.example`. */
export const envExample = (): string => writeEnvExample(ROOT);

/** All that is made from the schema, by its place in the repository. */
export const listReference = (): Readonly<Record<string, string>> => ({
  'docs/configuration.md': configurationPage(),
  'docs/idpmap.schema.json': jsonSchema(),
  '.env.example': envExample(),
});

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  for (const [name, text] of Object.entries(listReference()))
    await writeFile(join(root, name), text);
}
