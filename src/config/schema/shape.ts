import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { getIn } from '../sources/tree.ts';
import { type Likely, type Notation, notations } from './notation.ts';

/** What a setting may hold, read off its schema: one description for variables, messages and the reference. */
export type Shape = Group | Choice | Named | List | Leaf;

/** Settings under fixed names. */
export interface Group {
  readonly kind: 'group';
  readonly fields: Readonly<Record<string, Field>>;
  /** The one setting whose text may stand for the whole group. */
  readonly alone?: string;
}

/** One of several groups, told apart by the value of the setting `by`. */
export interface Choice {
  readonly kind: 'choice';
  readonly by: string;
  readonly options: Readonly<Record<string, Group>>;
}

/** Settings under names that the administrator chooses. */
export interface Named {
  readonly kind: 'named';
  /** What a key is called in the reference, and what one looks like. */
  readonly key: NonNullable<Notation['key']>;
  /** What may be meant by a name that is none. */
  readonly likely?: Likely;
  readonly value: Field;
}

export interface List {
  readonly kind: 'list';
  readonly item: Field;
  /** Whether one item may stand for a list of itself. */
  readonly alone: boolean;
}

/** One value. */
export interface Leaf {
  readonly kind: 'leaf';
  /** How it is written, for people: `duration`. */
  readonly type: string;
  /** The only values, where it is one of a few words. */
  readonly values?: readonly string[];
  readonly place?: Notation['place'];
  /** What may be meant by a value that can't be read. */
  readonly likely?: Likely;
  /** The section whose names it may be. */
  readonly refers?: string;
}

/** A shape where it is used: as a setting of a group, or an item. */
export interface Field {
  readonly shape: Shape;
  readonly description?: string;
  readonly example?: string;
  /** As the configuration would write it; absent: there is none. */
  readonly preset?: unknown;
  readonly required: boolean;
  /** The setting beside it in whose place it stands. */
  readonly insteadOf?: string;
}

/** The settings that `group` may hold: of a choice, those of the option that `value` names, else of all options. */
export function fieldsOf(group: Group | Choice, value: unknown): Readonly<Record<string, Field>> {
  if (group.kind === 'group') return group.fields;
  const name = getIn(value, [group.by]);
  const option = typeof name === 'string' ? getIn(group.options, [name]) : undefined;
  const options = Object.values(group.options);
  const chosen = options.find((candidate) => candidate === option);
  if (chosen !== undefined) return chosen.fields;
  return Object.fromEntries(options.flatMap(({ fields }) => Object.entries(fields)));
}

/** The settings that all options of a choice have in common, word for word. */
export function commonFields({ options }: Choice): Readonly<Record<string, Field>> {
  const [first, ...others] = Object.values(options);
  const isCommon = ([name, field]: readonly [string, Field]): boolean =>
    others.length > 0 && others.every(({ fields }) => isDeepStrictEqual(fields[name], field));
  return Object.fromEntries(Object.entries(first?.fields ?? {}).filter(isCommon));
}

/** The setting one step below `shape`, which holds `value`; absent where it has none of this name. */
export function fieldBelow(shape: Shape, step: string | number, value: unknown): Field | undefined {
  switch (shape.kind) {
    case 'group':
    case 'choice': {
      const fields = fieldsOf(shape, value);
      return Object.hasOwn(fields, step) ? fields[step] : undefined;
    }
    case 'named':
      return shape.value;
    case 'list':
      return shape.item;
    case 'leaf':
      return undefined;
  }
}

function readField(schema: z.core.$ZodType): Field {
  const { description, examples } = z.globalRegistry.get(schema) ?? {};
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  const { insteadOf } = notations.get(schema) ?? {};
  return {
    ...readWrapper(schema),
    ...(description === undefined ? {} : { description }),
    ...(typeof example === 'string' ? { example } : {}),
    ...(insteadOf === undefined ? {} : { insteadOf }),
  };
}

function readWrapper(schema: z.core.$ZodType): Field {
  if (schema instanceof z.ZodPrefault) {
    return { ...readField(schema.unwrap()), preset: schema.def.defaultValue, required: false };
  }
  if (schema instanceof z.ZodExactOptional) {
    return { ...readField(schema.unwrap()), required: false };
  }
  return { shape: readShape(schema), required: true };
}

function readShape(schema: z.core.$ZodType): Shape {
  if (schema instanceof z.ZodObject) return readGroup(schema);
  if (schema instanceof z.ZodDiscriminatedUnion) return readChoice(schema);
  if (schema instanceof z.ZodRecord) return readNamed(schema);
  if (schema instanceof z.ZodArray) {
    return { kind: 'list', item: readField(schema.element), alone: false };
  }
  const notation = notations.get(schema);
  return (
    (schema instanceof z.ZodCodec ? readAlone(schema, notation?.alone) : undefined) ??
    readLeaf(schema, notation)
  );
}

function readNamed(schema: z.ZodRecord): Named {
  const key = notations.get(schema)?.key ?? { name: 'NAME', example: 'name' };
  const { likely } = notations.get(schema.keyType) ?? {};
  const value = readField(schema.valueType);
  return { kind: 'named', key, value, ...(likely === undefined ? {} : { likely }) };
}

function readAlone(schema: z.ZodCodec, alone: string | undefined): Shape | undefined {
  if (alone === undefined) return undefined;
  const whole = readShape(schema.def.out);
  if (whole.kind === 'list') return { ...whole, alone: true };
  return whole.kind === 'group' ? { ...whole, alone } : whole;
}

function readLeaf(schema: z.core.$ZodType, notation: Notation | undefined): Leaf {
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const values = schema instanceof z.ZodEnum ? schema.options : [...schema.values];
    return { kind: 'leaf', type: 'word', values: values.map(String) };
  }
  if (notation?.type === undefined && !(schema instanceof z.ZodString)) {
    throw new TypeError('a schema without a notation has no shape');
  }
  const { key: _key, alone: _alone, insteadOf: _insteadOf, ...own } = notation ?? {};
  return { kind: 'leaf', type: 'text', ...own };
}

/** Reads all settings of a group. A kind of schema that has no shape is a bug: it throws. */
export const readGroup = (schema: z.ZodObject): Group => ({
  kind: 'group',
  fields: Object.fromEntries(
    Object.entries(schema.shape).map(([name, field]) => [name, readField(field)]),
  ),
});

function readChoice(schema: z.ZodDiscriminatedUnion): Choice {
  const by = schema.def.discriminator;
  const options: Record<string, Group> = {};
  for (const option of schema.options) {
    if (!(option instanceof z.ZodObject)) continue;
    const group = readGroup(option);
    const name = group.fields[by]?.shape;
    if (name?.kind === 'leaf') options[name.values?.[0] ?? ''] = group;
  }
  return { kind: 'choice', by, options };
}
