import { parse } from 'yaml';
import { commonFields, type Field, type Group, type Shape } from '../schema/shape.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';
import { hasPreset, inline } from './rows.ts';

/** What makes a whole sidecar: Postfix in the same Pod reaches the socket, and one file knows the people. */
const SIDECAR: Readonly<Record<string, string>> = {
  IDPMAP_LISTEN: 'unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix',
  IDPMAP_DOMAINS: '{example.org: {directory: people}, example.net: {aliasOf: example.org}}',
  IDPMAP_DIRECTORIES__PEOPLE__TYPE: 'file',
  IDPMAP_DIRECTORIES__PEOPLE__PATH: '/etc/idpmap/people.yaml',
};

/** Writes `.env.example`: a sidecar that needs no file, then every setting, commented out. */
export function writeEnvExample(root: Group): string {
  const sections = Object.entries(root.fields).flatMap(([name, field]) => [
    '',
    `# --- ${name}: ${field.description ?? ''}`,
    ...writeSetting(field, [name]),
  ]);
  return [
    "# A sidecar's configuration, from the environment alone. Made by `npm run reference` from src/config/schema.ts.",
    '# Values are taken as they stand, without quotes; groups and lists are YAML. See docs/configuration.md.',
    '',
    ...Object.entries(SIDECAR).map(([name, value]) => `${name}=${value}`),
    '',
    '# Every setting there is, with its default, or an example where it has none. Single values may be kept in a file',
    '# instead: the same name with _FILE behind it.',
    ...sections,
    '',
  ].join('\n');
}

function writeSetting(field: Field, path: Path): readonly string[] {
  return [...writeValue(field, path), ...writeBelow(field, path)];
}

function writeValue(field: Field, path: Path): readonly string[] {
  const { shape, description, example, preset } = field;
  const name = variableOf(path);
  if (shape.kind === 'group' || Object.hasOwn(SIDECAR, name)) return [];
  const isTop = path.length === 1;
  const lead = description === undefined || isTop ? [] : [`# ${description}`];
  if (shape.kind === 'leaf' && shape.place === 'secret') {
    const file: unknown = getIn(parse(example ?? ''), ['file']);
    return [...lead, `#${name}_FILE=${String(file)}`];
  }
  const value = hasPreset(field) ? writeText(preset) : example;
  return value === undefined ? [] : [...lead, `#${name}=${value}`];
}

/** Variables take text as it stands, and YAML for all else. */
const writeText = (value: unknown): string => (typeof value === 'string' ? value : inline(value));

function writeBelow({ shape, preset }: Field, path: Path): readonly string[] {
  switch (shape.kind) {
    case 'group':
      return writeFields(shape.fields, path);
    case 'table':
      return writeEntries(shape.value.shape, shape.value, path, shape.key.example, preset);
    case 'choice':
    case 'list':
    case 'leaf':
      return [];
  }
}

const writeFields = (fields: Group['fields'], path: Path): readonly string[] =>
  Object.entries(fields).flatMap(([name, field]) => writeSetting(field, [...path, name]));

/**
 * Writes an entry of each kind: one that there is by default, else the first kind's example, else named for its kind.
 * What all kinds have in common is written once.
 */
function writeEntries(
  shape: Shape,
  value: Field,
  path: Path,
  example: string,
  preset: unknown,
): readonly string[] {
  if (shape.kind !== 'choice') return writeSetting(value, [...path, example]);
  const presets = Object.entries(isTree(preset) ? preset : {});
  const common = commonFields(shape);
  return Object.entries(shape.options).flatMap(([option, { fields }], i) => {
    const [name] = presets.find(([, entry]) => getIn(entry, [shape.by]) === option) ?? [];
    if (i === 0) return writeFields(fields, [...path, name ?? example]);
    const below = [...path, name ?? option];
    const told = Object.entries(fields).filter(([field]) => !Object.hasOwn(common, field));
    const kind = name === undefined ? [`#${variableOf([...below, shape.by])}=${option}`] : [];
    return [...kind, ...writeFields(Object.fromEntries(told), below)];
  });
}
