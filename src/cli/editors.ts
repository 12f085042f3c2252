import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the schema may lie: beside the sources or in npm's package, or with the pages of Debian's or Fedora's. */
const PLACES = [
  fileURLToPath(new URL('../../docs/idpmap.schema.json', import.meta.url)),
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
