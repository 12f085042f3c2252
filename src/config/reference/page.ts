import { parse, stringify } from 'yaml';
import type { Field } from '../schema/shape.ts';
import type { Schema } from '../schema.ts';
import { type DirectorySchemas, sampleOf } from '../settings/directories.ts';
import { variableOf } from '../sources/variables.ts';
import { inline } from '../yaml/inline.ts';
import { hasPreset, listOptions, listRows, type Option, type Row, typeOf } from './rows.ts';

/** Writes `docs/configuration.md`: how the sources combine, then every setting. */
export function writePage({ root, types }: Schema): string {
  const sections = Object.entries(root.fields).map(([name, field]) => writeSection(name, field));
  return [writeIntroduction(types), ...sections].join('\n');
}

function writeIntroduction(types: DirectorySchemas): string {
  const [name = ''] = Object.keys(types[0].sample);
  const path = ['directories', 'people', name];
  return INTRODUCTION.replace(
    'SAMPLE',
    inline(sampleOf(types)).replace(/^\{ (.*) \}$/, '$1'),
  ).replace('SETTING', `\`${path.join('.')}\` | \`${variableOf(path)}\``);
}

const INTRODUCTION = `<!-- made by \`npm run reference\` from src/config/schema.ts; edit that instead -->
# Configuration

\`\`\`yaml
# /etc/idpmap/idpmap.yaml
listen: unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix
domains:
  example.org: { directory: people, catchAll: ann@example.org }
  example.net: { aliasOf: example.org }
directories:
  SAMPLE
\`\`\`

\`idpmap config validate\` tells everything that is wrong with a configuration, \`idpmap config print\` shows what is in
force, \`idpmap config schema\` prints a JSON Schema for your editor (also in \`docs/idpmap.schema.json\`). An editor that speaks with
yaml-language-server completes and checks settings below the line \`# yaml-language-server: $schema=PATH\` with the path of that schema,
in packages \`/usr/share/doc/idpmap/docs/idpmap.schema.json\`; what \`idpmap init\`, \`import\` and \`config print\` write begins with it.
Packages bring all settings as a page of the manual too (\`man idpmap.yaml\`), and all commands (\`man idpmap\`).

## Where settings come from

The first one that gives a setting wins:

1. the **command line**;
2. the **environment**: variables that begin with \`IDPMAP_\`;
3. the **file**: \`--config FILE\`, else the one that \`IDPMAP_CONFIG\` names, else \`/etc/idpmap/idpmap.yaml\` where there
   is one. A file that is named must exist;
4. the **default**.

Any of the first three may be left out. With neither a file nor a variable idpmap does not start: a mount that went
missing must not turn into a server that refuses mail.

### The file

YAML 1.2, so JSON will do too. Keys that no setting has, keys that are set twice and values of the wrong type are errors,
told as \`FILE:LINE:COLUMN:\`, each with what to write instead wherever that can be found out: a remedy is told only where the
configuration would be accepted with it. Anchors and aliases work, merge keys (\`<<\`) do not. Relative paths start at the file's own
directory.

### The environment

A setting's variable is \`IDPMAP_\` and its path in capitals: words are parted by \`_\`, levels by \`__\`.

| setting | variable |
|---|---|
| \`deadline\` | \`IDPMAP_DEADLINE\` |
| \`log.level\` | \`IDPMAP_LOG__LEVEL\` |
| SETTING |

- **From a file:** every single value may be kept in a file instead, named by the variable with \`_FILE\` behind it:
  \`IDPMAP_LOG__KEY_FILE=/run/secrets/log-key\`. The newline that ends the file is left out. Setting both is an error.
- **Groups and lists are YAML:** \`IDPMAP_DOMAINS='{example.org: {directory: people}}'\`. Such a value takes the place of
  the file's; variables of single settings below it are laid over it. A list of one may be the item alone.
- **Single values are taken as they stand**, without quotes or YAML: a password may be \`yes\` or \`1e3\`.
- **Names of your own** (directories, domains, maps) match those in the file whatever their case, with \`_\` for \`-\` and
  \`.\`. A new one is lower case with \`-\` for \`_\`; a new domain with dots needs \`IDPMAP_DOMAINS\`.
- Relative paths start at the working directory.
- A variable that begins with \`IDPMAP_\` and means nothing is an error, save those that Kubernetes injects for a Service
  called \`idpmap\`.
- \`SOCKETMAP_HOST\`, \`SOCKETMAP_PORT\` (a TCP endpoint to listen at) and \`CACHE_TTL_SECONDS\` (\`cache.fresh\`) are taken
  where nothing else gives the setting.

### Secrets

A secret is \`{ file: PATH }\`, \`{ env: NAME }\` or, with a warning, the text itself. A file is read again each time the
secret is used, so a changed one needs no restart. Secrets are never printed or logged.

### Units

| kind | units | example |
|---|---|---|
| duration | \`ms\`, \`s\`, \`m\`, \`h\`, \`d\` | \`200ms\`, \`24h\` |
| percentage | \`%\` | \`50%\` |

Numbers are whole; a bare number where a unit belongs is an error.

## Settings

In the tables, a variable stands for the whole of a group or list too, as YAML.
`;

function writeSection(name: string, field: Field): string {
  const [own, ...below] = listRows(field, [name]);
  const options = listOptions(field, [name]);
  const example = stringify({ [name]: valueOf(field) }, { lineWidth: 0 });
  return [
    `### \`${name}\``,
    '',
    ...(own === undefined ? [] : [writeLead(own), '']),
    ...(below.length === 0 ? [] : [...writeTable(below), '']),
    ...options.flatMap(writeOption),
    '```yaml',
    example.trimEnd(),
    '```',
    '',
  ].join('\n');
}

function writeLead({ field, variable }: Row): string {
  const { description = '', shape } = field;
  return `${description}\n\nType: ${typeOf(shape)}. ${defaultOf(field)}Variable: \`${variable}\`.`;
}

const defaultOf = (field: Field): string =>
  hasPreset(field) ? `Default: \`${inline(field.preset)}\`. ` : '';

function writeOption({ title, rows }: Option): readonly string[] {
  return [`#### ${title}`, '', ...writeTable(rows), ''];
}

const writeTable = (rows: readonly Row[]): readonly string[] => [
  '| setting | type | default | variable | meaning |',
  '|---|---|---|---|---|',
  ...rows.map(writeRow),
];

function writeRow({ path, variable, field }: Row): string {
  const { description = '', example, required, shape } = field;
  const preset = required ? 'required' : '';
  const such = example === undefined || example === description ? '' : ` Such as \`${example}\`.`;
  const cells = [
    `\`${path}\``,
    typeOf(shape),
    hasPreset(field) ? `\`${inline(field.preset)}\`` : preset,
    variable === undefined ? '' : `\`${variable}\``,
    `${description}${shape.kind === 'leaf' && shape.values?.length === 1 ? '' : such}`.trim(),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A value that one could write: the example, the default, or what the settings below make of it. */
function valueOf({ example, preset, shape }: Field): unknown {
  if (shape.kind === 'leaf' && shape.values === undefined && shape.type === 'text')
    return example ?? preset;
  if (example !== undefined) return parse(example) as unknown;
  if (shape.kind !== 'group') return preset;
  const samples = Object.entries(shape.fields)
    .filter(([, { insteadOf }]) => insteadOf === undefined)
    .map(([name, field]) => [name, valueOf(field)]);
  return Object.fromEntries(samples) as unknown;
}
