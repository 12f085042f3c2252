import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { configurationSchema } from './configuration.ts';
import { KINDS } from './kinds.ts';
import type { Schema } from './shapes.ts';

const VALUES = join(import.meta.dirname, '../../../helm/idpmap/values.yaml');

/**
 * Makes `values.schema.json` of the chart: what `values.yaml` has, with its comments, and nothing else; types as its
 * defaults and `KINDS` say; `config` as idpmap's own schema says. Draft 7, for each helm knows it.
 */
export function valuesSchema(values = readFileSync(VALUES, 'utf8')): string {
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml: holds no map');
  const { properties, ...rest } = groupOf(contents, []);
  const schema: Schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart idpmap',
    ...rest,
    properties: {
      ...properties,
      global: { description: "A parent chart's, not looked at." },
      enabled: { description: "A parent chart's condition, not looked at.", type: 'boolean' },
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Helm's name of the map, `[]` for the whole, is its path. */
type Path = readonly string[];

function groupOf(map: YAMLMap, path: Path): Schema {
  const properties = map.items.map((pair, index) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    // The parser gives what stands above a map's first key to the map.
    const comment = index === 0 && path.length > 0 ? map.commentBefore : commentOf(pair);
    const schema = valueOf(pair.value, [...path, name]);
    return [name, { ...described(comment), ...schema }] as const;
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

const commentOf = ({ key }: Pair): string | null | undefined =>
  isScalar(key) ? key.commentBefore : undefined;

/** The text behind helm-docs' mark, without the remarks that are for it: `(int)` and `@default`. */
function described(comment: string | null | undefined): Schema {
  const text = comment?.split(/^ ?-- (?:\([\w ]+\) )?/m)[1]?.split(/^ ?@/m)[0];
  return text === undefined ? {} : { description: text.replaceAll(/\s+/g, ' ').trim() };
}

function valueOf(node: unknown, path: Path): Schema {
  if (path.join('.') === 'config') return configurationSchema();
  const known = KINDS[path.join('.')] ?? KINDS[path.at(-1) ?? ''];
  if (known !== undefined) return known;
  if (isMap(node) && node.items.length > 0) return groupOf(node, path);
  const type = isScalar(node) ? TYPES[typeof node.value] : undefined;
  if (type !== undefined) return type;
  throw new Error(
    `values.yaml: the default of ${path.join('.')} does not say what it may be: add it to deploy/generate/chart/kinds.ts`,
  );
}

/** What a value may be whose default is such. */
const TYPES: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  number: { type: 'integer', minimum: 0 },
};
