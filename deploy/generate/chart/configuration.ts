import { jsonSchema } from '../../../src/reference.ts';
import type { Schema } from './shapes.ts';

/** Settings that the chart makes itself. They pass here, so that its templates can say in words where they belong. */
const CHARTS_OWN = ['listen', 'http', 'control', 'drain'] as const;

/**
 * Makes the schema of the value `config` from that of idpmap's configuration. It allows the same, but for secrets written
 * out, which would lie in a ConfigMap. Of an `anyOf` or a `oneOf` helm would print all that fails in each alternative; so
 * these become an `if` on what tells them apart, and helm names the one setting that is wrong.
 */
export function configurationSchema(): Schema {
  // From the inside out: a schema's parts have been put so already.
  const whole: Schema = JSON.parse(jsonSchema(), (_, part: unknown) =>
    isSchema(part) ? withoutAlternatives(part) : part,
  );
  const { $schema: _, title: __, properties, ...rest } = whole;
  const own = CHARTS_OWN.map((name) => [name, { description: 'Set by the chart.' }] as const);
  const fleet = withoutRequired(properties?.['fleet']);
  return { ...rest, properties: { ...properties, ...Object.fromEntries(own), fleet } };
}

/** What it requires may come by environment, from the chart's value `fleet`; its templates say what is missing. */
function withoutRequired(part: unknown): Schema {
  if (!isSchema(part)) throw new Error('the configuration has no such section');
  const { required: _, ...rest } = part;
  return rest;
}

const isSchema = (part: unknown): part is Schema =>
  typeof part === 'object' && part !== null && !Array.isArray(part);

function withoutAlternatives({ anyOf, oneOf, ...rest }: Schema): Schema {
  if (anyOf !== undefined) return { ...rest, ...byType(anyOf) };
  if (oneOf !== undefined) return { ...rest, ...byConstant(oneOf) };
  return rest;
}

/** Alternatives of different types: a list or one of it. Two groups are a secret, kept in a file or in the environment. */
function byType(alternatives: readonly Schema[]): Schema {
  const groups = alternatives.filter(({ type }) => type === 'object');
  if (groups.length > 1) return oneEntryOf(groups);
  return {
    type: alternatives.flatMap(({ type }) => type ?? []),
    ...firstThatFits(alternatives.map((schema) => [typeOf(schema), schema])),
  };
}

const typeOf = ({ type }: Schema): Schema => (type === undefined ? {} : { type });

const oneEntryOf = (groups: readonly Schema[]): Schema => ({
  type: 'object',
  properties: Object.assign({}, ...groups.map(({ properties }) => properties)),
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
});

/** Groups of which each has its own constant, a directory's `type` for instance. */
function byConstant(groups: readonly Schema[]): Schema {
  const constants = groups.map(constantOf);
  const [name = ''] = constants[0] ?? [];
  return {
    type: 'object',
    properties: { [name]: { enum: constants.map(([, value]) => value) } },
    required: [name],
    ...firstThatFits(
      groups.map((group, index) => [
        { properties: { [name]: { const: constants[index]?.[1] ?? null } }, required: [name] },
        group,
      ]),
    ),
  };
}

type Constant = readonly [name: string, value: string];

function constantOf({ properties = {} }: Schema): Constant {
  for (const [name, property] of Object.entries(properties))
    if (typeof property === 'object' && typeof property.const === 'string')
      return [name, property.const];
  throw new Error(`no constant tells ${Object.keys(properties).join(', ')} from its alternatives`);
}

const KEYWORDS = ['if', 'then', 'else'];

/** The keywords stand in no literal: an object with a `then` would pass for a promise. */
const firstThatFits = (choices: readonly (readonly [Schema, Schema])[]): Schema =>
  choices.reduceRight<Schema>((otherwise, [condition, outcome]) => {
    const schemas = [condition, outcome, otherwise];
    return Object.fromEntries(KEYWORDS.map((keyword, index) => [keyword, schemas[index]]));
  }, {});
