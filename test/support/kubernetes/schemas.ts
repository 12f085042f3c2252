import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesApi } from './api.ts';

type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [name: string]: Json;
}

/** What a server's `/openapi/v2` says, as far as it is read. */
interface ApiDocument {
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition extends JsonObject {
  readonly 'x-kubernetes-group-version-kind': readonly KindName[];
}

interface KindName extends JsonObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const KINDS = 'x-kubernetes-group-version-kind';

/** Types that are documented as strings and may be numbers too. */
const LOOSE: Readonly<Record<string, Json>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['string', 'integer'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'] },
};

/** Belong to each group, or describe themselves. */
const LEFT_OUT = /DeleteOptions$|WatchEvent$|JSONSchemaProps|CustomResourceDefinition/;

/**
 * Writes a JSON schema into `directory` for each kind that a server knows, its own resources included. They are strict:
 * a field that is not there is an error.
 * @returns the place of a kind's schema, as kubeconform's `-schema-location`
 */
export async function writeSchemas(api: KubernetesApi, directory: string): Promise<string> {
  const { text } = await api.ask('GET', '/openapi/v2');
  const { definitions }: ApiDocument = JSON.parse(text);
  for (const [name, definition] of Object.entries(definitions)) {
    if (LEFT_OUT.test(name)) continue;
    for (const kind of definition[KINDS] ?? []) {
      const schema = JSON.stringify(expand(definition, definitions, [name]));
      await writeFile(join(directory, fileName(kind)), schema);
    }
  }
  return join(directory, '{{.ResourceKind}}{{.KindSuffix}}.json');
}

function fileName({ group, version, kind }: KindName): string {
  const [firstOfGroup = ''] = group.split('.');
  const parts = [kind.toLowerCase(), firstOfGroup, version];
  return `${parts.filter((part) => part !== '').join('-')}.json`;
}

/** Puts what references name in their place. What holds itself, such as a schema in a schema, may be anything inside. */
function expand(
  node: Json,
  definitions: ApiDocument['definitions'],
  within: readonly string[],
): Json {
  if (isList(node)) return node.map((item) => expand(item, definitions, within));
  if (typeof node !== 'object' || node === null) return node;
  const reference = node['$ref'];
  if (typeof reference === 'string') {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    const loose = within.includes(name) ? {} : LOOSE[name];
    return loose ?? expand(definitions[name] ?? {}, definitions, [...within, name]);
  }
  const entries = Object.entries(node)
    .filter(([name, value]) => !isRemark(name, value))
    .map(([name, value]) => [name, expand(value, definitions, within)] as const);
  const isClosed = 'properties' in node && !('additionalProperties' in node);
  return { ...Object.fromEntries(entries), ...(isClosed && { additionalProperties: false }) };
}

/** What checks nothing. A field may be called `description` too: its value is a schema then. */
function isRemark(name: string, value: Json): boolean {
  return name.startsWith('x-kubernetes') || (name === 'description' && typeof value === 'string');
}

/** `Array.isArray` does not tell read-only lists from objects. */
function isList(node: Json): node is readonly Json[] {
  return Array.isArray(node);
}
