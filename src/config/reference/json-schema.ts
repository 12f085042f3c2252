import { z } from 'zod';
import { notations } from '../schema/notation.ts';
import type { Schema } from '../schema.ts';

/** How values that have a unit look. */
const PATTERNS: Readonly<Record<string, string>> = {
  duration: '^\\d+ ?(ms|s|m|h|d)$',
  'duration or `off`': '^(off|\\d+ ?(ms|s|m|h|d))$',
  size: '^\\d+ ?(B|KiB|MiB|GiB)$',
  percentage: '^\\d+(\\.\\d+)? ?%$',
};

/** How a secret is written. */
const SECRET: z.core.JSONSchema.BaseSchema[] = [
  keptIn('file'),
  keptIn('env'),
  { type: 'string', minLength: 1 },
];

/** Writes `docs/idpmap.schema.json`: the JSON Schema of the configuration's file, for editors. */
export function writeJsonSchema({ schema }: Schema): string {
  const converted = { ...convert(schema), title: 'Configuration of idpmap' };
  return `${JSON.stringify(converted, undefined, 2)}\n`;
}

const convert = (part: z.core.$ZodType): z.core.JSONSchema.BaseSchema =>
  z.toJSONSchema(part, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { type, place, alone } = notations.get(zodSchema) ?? {};
      const pattern = type === undefined ? undefined : PATTERNS[type];
      if (pattern !== undefined) jsonSchema.pattern = pattern;
      if (place === 'secret') jsonSchema.anyOf = SECRET;
      if (alone !== undefined && zodSchema instanceof z.ZodCodec) {
        jsonSchema.anyOf = [...alternatives(zodSchema.def.out)];
      }
    },
  });

/** What may stand where a list or a group may: itself, or what stands alone for it. */
function* alternatives(whole: z.core.$ZodType): Generator<z.core.JSONSchema.BaseSchema> {
  yield inner(whole);
  if (whole instanceof z.ZodArray) yield inner(whole.element);
  else yield { type: 'string' };
}

function inner(part: z.core.$ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...rest } = convert(part);
  return rest;
}

function keptIn(name: string): z.core.JSONSchema.BaseSchema {
  return {
    type: 'object',
    properties: { [name]: { type: 'string', minLength: 1 } },
    required: [name],
    additionalProperties: false,
  };
}
