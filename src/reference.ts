import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeEnvExample } from './config/reference/env-example.ts';
import { writeJsonSchema } from './config/reference/json-schema.ts';
import { writePage } from './config/reference/page.ts';
import { SCHEMA } from './settings.ts';

/** The page for people, `docs/configuration.md`. */
export const configurationPage = (): string => writePage(SCHEMA);

/** The JSON Schema of the configuration's file, `docs/idpmap.schema.json`. */
export const jsonSchema = (): string => writeJsonSchema(SCHEMA);

/** The variables of a sidecar and of every setting, `.env.example`. */
export const envExample = (): string => writeEnvExample(SCHEMA);

/** All that is made from the schema, by its place in the repository. */
export const listReference = (): Readonly<Record<string, string>> => ({
  'docs/configuration.md': configurationPage(),
  'docs/idpmap.schema.json': jsonSchema(),
  '.env.example': envExample(),
});

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  for (const [name, text] of Object.entries(listReference()))
    await writeFile(join(root, name), text);
}
