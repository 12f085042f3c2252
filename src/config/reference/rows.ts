import { commonFields, type Field, type Group, type Shape } from '../schema/shape.ts';
import { formatPath, type Path } from '../sources/tree.ts';
import { variableOf } from '../sources/variables.ts';

/** One setting of the reference. */
export interface Row {
  /** With what administrators choose in capitals: `directories.NAME.path`. */
  readonly path: string;
  /** Absent for parts of a list's items: a variable gives the list as a whole. */
  readonly variable?: string;
  readonly field: Field;
}

/** One kind of an entry, and what only it may hold; or what all kinds may. */
export interface Option {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Lists a setting and all below it, save what depends on a choice. */
export function listRows(field: Field, path: Path): readonly Row[] {
  const isItem = path.includes(0);
  const row = {
    path: formatPath(path).replaceAll('[0]', '[]'),
    ...(isItem ? {} : { variable: variableOf(path) }),
    field,
  };
  return [row, ...listBelow(field.shape, path)];
}

function listBelow(shape: Shape, path: Path): readonly Row[] {
  switch (shape.kind) {
    case 'group':
      return listFields(shape.fields, path);
    case 'named': {
      const { value, key } = shape;
      const below = [...path, key.name];
      return value.shape.kind === 'leaf' ? listRows(value, below) : listBelow(value.shape, below);
    }
    case 'list':
      return shape.item.shape.kind === 'leaf' ? [] : listBelow(shape.item.shape, [...path, 0]);
    case 'choice':
    case 'leaf':
      return [];
  }
}

type Fields = Group['fields'];

const listFields = (fields: Fields, path: Path): readonly Row[] =>
  Object.entries(fields).flatMap(([name, field]) => listRows(field, [...path, name]));

/** Lists what the entries of a setting may be, where there are several kinds of them. */
export function listOptions({ shape }: Field, path: Path): readonly Option[] {
  if (shape.kind !== 'named' || shape.value.shape.kind !== 'choice') return [];
  const { by, options } = shape.value.shape;
  const common = commonFields(shape.value.shape);
  const below = [...path, shape.key.name];
  const written = formatPath(below);
  const own = Object.entries(options).map(([name, { fields }]) => ({
    title: `\`${written}\` with \`${by}: ${name}\``,
    rows: listFields(without(fields, common), below),
  }));
  const shared = { title: `\`${written}\` of every ${by}`, rows: listFields(common, below) };
  return shared.rows.length === 0 ? own : [...own, shared];
}

const without = (fields: Fields, others: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(others, name)));

/** How a setting is written, in a few words. */
export function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'leaf':
      return shape.values?.map((value) => `\`${value}\``).join(', ') ?? shape.type;
    case 'list':
      return `${shape.alone ? 'one or a list' : 'list'}: ${typeOf(shape.item.shape)}`;
    case 'named':
      return `${typeOf(shape.value.shape)} under names`;
    case 'group':
    case 'choice':
      return 'settings';
  }
}

/** Whether a default says something: a group's is that of its settings. */
export const hasPreset = ({ shape, preset }: Field): boolean =>
  preset !== undefined &&
  shape.kind !== 'group' &&
  !(typeof preset === 'object' && preset !== null && Object.keys(preset).length === 0);
