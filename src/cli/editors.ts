import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../home.ts';

/** Where the schema may lie: beside the sources or in npm's package, or with the pages of Debian's or Fedora's. */
const PLACES = [
  join(ROOT, 'docs/idpmap.schema.json'),
  '/usr/share/doc/idpmap/docs/idpmap.schema.json',
];

/**
 * The comment by which editors know the settings, and complete and check them; none where no schema lies on this machine.
 * @see https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
 */
export function editorLines(): readonly string[] {
  const schema = PLACES.find((place) => existsSync(place));
  return schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`];
}
