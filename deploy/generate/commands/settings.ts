import { stringify } from 'yaml';
import {
  hasPreset,
  listOptions,
  listRows,
  type Row,
  typeOf,
} from '../../../src/config/reference/rows.ts';
import type { Schema } from '../../../src/config/schema.ts';
import { sampleOf } from '../../../src/config/settings/directories.ts';
import { inline } from '../../../src/config/yaml/inline.ts';
import { bold, example, head, layOut, prose, term } from './roff.ts';

/** Writes `idpmap.yaml(5)`: every setting there is, from the schema. */
export function settingsPage({ root, types }: Schema, version: string): string {
  return layOut([
    ...head('IDPMAP.YAML', 5, version),
    '.SH NAME',
    'idpmap.yaml \\- the configuration of idpmap',
    '.SH SYNOPSIS',
    bold('/etc/idpmap/idpmap.yaml'),
    '.SH DESCRIPTION',
    ...DESCRIPTION.flatMap((paragraph) => ['.PP', prose(paragraph)]).slice(1),
    ...example(EXAMPLE + stringify({ directories: sampleOf(types) }).trimEnd()),
    '.SH SETTINGS',
    prose('Names in capitals are of your own choice. What is absent takes its default.'),
    ...Object.entries(root.fields).flatMap(([name, field]) => [
      `.SS ${name}`,
      ...listRows(field, [name]).flatMap(tellRow),
      ...listOptions(field, [name]).flatMap(({ title, rows }) => [
        '.PP',
        prose(`${title}:`),
        ...rows.flatMap(tellRow),
      ]),
    ]),
    '.SH SEE ALSO',
    '.BR idpmap (1)',
  ]);
}

const DESCRIPTION = [
  'YAML 1.2, so JSON will do too. Keys that no setting has, and values of the wrong type, are errors: `idpmap config validate` tells all of them, with their places and what to write.',
  'A duration has a unit (`ms`, `s`, `m`, `h`, `d`), a share is a percentage (`50%`). A secret is `{ file: PATH }`, `{ env: NAME }` or the text itself. Relative paths start at the file’s own directory. A list of one may be the item alone.',
  'Every setting may be given by a variable of the environment instead, which wins over the file: `log.level` is `IDPMAP_LOG__LEVEL`. With `_FILE` behind its name a variable names a file that holds the value.',
  'The daemon reads the file again when it changes, or upon SIGHUP; one that has mistakes changes nothing, and is told in the log.',
];

const EXAMPLE = `listen: unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix
domains:
  example.org: { directory: people }
`;

function tellRow({ path, variable, field }: Row): readonly string[] {
  const { description = '', example: such, required, shape } = field;
  const facts = [
    `Type: ${typeOf(shape)}.`,
    ...(required ? ['Required.'] : []),
    ...(hasPreset(field) ? [`Default: \`${inline(field.preset)}\`.`] : []),
    ...(such === undefined || hasPreset(field) ? [] : [`Such as \`${such}\`.`]),
    ...(variable === undefined ? [] : [`Variable: \`${variable}\`.`]),
  ];
  return term(bold(path), prose([description, ...facts].join(' ').trim()));
}
