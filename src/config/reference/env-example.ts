import { parse } from 'yaml';
import { commonFields, type Field, type Group, type Shape } from '../schema/shape.ts';
import type { Schema } from '../schema.ts';
import { sampleOf } from '../settings/directories.ts';
import { getIn, isTree, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';
import { inline } from '../yaml/inline.ts';
import { hasPreset } from './rows.ts';

/** Writes `.env.example`: a sidecar that needs no file, then every setting, commented out. */
export function writeEnvExample(schema: Schema): string {
  const sidecar = sidecarOf(schema);
  const sections = Object.entries(schema.root.fields).flatMap(([name, field]) => [
    '',
    `# --- ${name}: ${field.description ?? ''}`,
    ...tellSetting(field, [name]).flatMap((told) =>
      Object.hasOwn(sidecar, told.variable) ? [] : told.lines,
    ),
  ]);
  return [
    "# A sidecar's configuration, from the environment alone. Made by `npm run reference` from src/config/schema.ts.",
    '# Values are taken as they stand, without quotes; groups and lists are YAML. See docs/configuration.md.',
    '#',
    '# Load it with docker run --env-file FILE, podman likewise, env_file: of Compose, EnvironmentFile=FILE of systemd, or',
    '# node --env-file=FILE. It is no shell script: a shell would stumble over & and { in values.',
    '',
    ...Object.entries(sidecar).map(([name, value]) => `${name}=${value}`),
    '',
    '# Every setting there is, with its default, or an example where it has none. Single values may be kept in a file',
    '# instead: the same name with _FILE behind it.',
    ...sections,
    '',
  ].join('\n');
}

/** What makes a whole sidecar: Postfix in the same Pod reaches the socket, and one directory knows the people. */
function sidecarOf({ root, types }: Schema): Readonly<Record<string, string>> {
  const [[name, settings] = ['', {}]] = Object.entries(sampleOf(types));
  const entries = root.fields['directories']?.shape;
  const choice = entries?.kind === 'named' ? entries.value.shape : undefined;
  const group = choice?.kind === 'choice' ? choice.options[types[0].type] : undefined;
  const people = Object.entries(settings).map(([setting, value]) => {
    const example = group?.fields[setting]?.example ?? writeText(value);
    return [variableOf(['directories', name, setting]), example] as const;
  });
  return {
    IDPMAP_LISTEN: 'unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix',
    IDPMAP_DOMAINS: `{example.org: {directory: ${name}}, example.net: {aliasOf: example.org}}`,
    ...Object.fromEntries(people),
  };
}

/** The lines that tell of one variable. */
interface Told {
  readonly variable: string;
  readonly lines: readonly string[];
}

function tellSetting(field: Field, path: Path): readonly Told[] {
  return [
    { variable: variableOf(path), lines: writeValue(field, path) },
    ...tellBelow(field, path),
  ];
}

function writeValue(field: Field, path: Path): readonly string[] {
  const { shape, description, example, preset } = field;
  if (shape.kind === 'group') return [];
  const name = variableOf(path);
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

function tellBelow({ shape, preset }: Field, path: Path): readonly Told[] {
  switch (shape.kind) {
    case 'group':
      return tellFields(shape.fields, path);
    case 'named':
      return tellEntries(shape.value.shape, shape.value, path, shape.key.example, preset);
    case 'choice':
    case 'list':
    case 'leaf':
      return [];
  }
}

const tellFields = (fields: Group['fields'], path: Path): readonly Told[] =>
  Object.entries(fields).flatMap(([name, field]) => tellSetting(field, [...path, name]));

/**
 * Tells of an entry of each kind: one that there is by default, else the first kind's example, else named for its kind.
 * What all kinds have in common is told once.
 */
function tellEntries(
  shape: Shape,
  value: Field,
  path: Path,
  example: string,
  preset: unknown,
): readonly Told[] {
  if (shape.kind !== 'choice') return tellSetting(value, [...path, example]);
  const presets = Object.entries(isTree(preset) ? preset : {});
  const common = commonFields(shape);
  return Object.entries(shape.options).flatMap(([option, { fields }], i) => {
    const [name] = presets.find(([, entry]) => getIn(entry, [shape.by]) === option) ?? [];
    if (i === 0) return tellFields(fields, [...path, name ?? example]);
    const below = [...path, name ?? option];
    const told = Object.entries(fields).filter(([field]) => !Object.hasOwn(common, field));
    const variable = variableOf([...below, shape.by]);
    const kind = name === undefined ? [{ variable, lines: [`#${variable}=${option}`] }] : [];
    return [...kind, ...tellFields(Object.fromEntries(told), below)];
  });
}
