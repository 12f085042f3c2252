/** What a server says of its attributes (RFC 4512, 4.1). Names are compared without case and options. */
export interface Schema {
  /** Whether it has the attribute; always where no schema is shown. */
  readonly has: (attribute: string) => boolean;
  /**
   * How a search for a value compares:
   * - `without case`, or nothing else is known
   * - a rule's name: with case, or not at all, so that it is to be asked by that rule besides
   * - `with case`, and the server has no rule that leaves case aside
   */
  readonly comparison: (
    attribute: string,
  ) => 'without case' | 'with case' | { readonly rule: string };
  /** The attributes that entries of these object classes may or must have, in lower case; absent: that is not known. */
  readonly attributesOf: (classes: readonly string[]) => ReadonlySet<string> | undefined;
}

/** What is known where a server shows no schema. */
export const NO_SCHEMA: Schema = {
  has: () => true,
  comparison: () => 'without case',
  attributesOf: () => undefined,
};

/** The values of a subschema subentry. */
export interface SchemaTexts {
  readonly attributeTypes: readonly string[];
  readonly objectClasses: readonly string[];
  readonly matchingRules: readonly string[];
}

/** Attributes of any entry that a schema may leave out. */
const ALWAYS = ['dn', 'entrydn', 'distinguishedname', 'memberof'];

/** Equality rules that tell case apart, by name and OID. */
const EXACT = new Set([
  'caseexactmatch',
  'caseexactia5match',
  '2.5.13.5',
  '1.3.6.1.4.1.1466.109.114.1',
]);
const IA5 = '1.3.6.1.4.1.1466.115.121.1.26';
const DIRECTORY_STRING = '1.3.6.1.4.1.1466.115.121.1.15';

/** Reads a schema. One without attributes counts as none. */
export function readSchema(texts: SchemaTexts): Schema {
  const attributes = index(texts.attributeTypes);
  if (attributes.size === 0) return NO_SCHEMA;
  const classes = index(texts.objectClasses);
  const rules = new Set(index(texts.matchingRules).keys());
  const always = new Set(ALWAYS);
  // Active Directory compares without case and lists no rules.
  const tellsRules = [...attributes.values()].some((each) => valueOf(each, 'EQUALITY') !== '');
  const is389 = attributes.has('nsuniqueid');

  /** What an attribute says itself, or that which it is a kind of. */
  const inherited = (attribute: string, field: string): string => {
    let definition = attributes.get(bare(attribute));
    for (let depth = 0; definition !== undefined && depth < MAX_DEPTH; depth++) {
      const value = valueOf(definition, field);
      if (value !== '') return value;
      definition = attributes.get(valueOf(definition, 'SUP'));
    }
    return '';
  };

  return {
    has: (attribute) => attributes.has(bare(attribute)) || always.has(bare(attribute)),
    comparison(attribute) {
      const equality = inherited(attribute, 'EQUALITY');
      const syntax = inherited(attribute, 'SYNTAX').replace(/\{.*$/, '');
      if (!tellsRules || !attributes.has(bare(attribute))) return 'without case';
      const isExact = EXACT.has(equality);
      // Without a rule OpenLDAP finds nobody by it, and 389-DS goes by the syntax.
      const isAsText = syntax === IA5 || (syntax === DIRECTORY_STRING && !is389);
      if (!isExact && (equality !== '' || !isAsText)) return 'without case';
      const rule = syntax === IA5 ? 'caseIgnoreIA5Match' : 'caseIgnoreMatch';
      return rules.has(rule.toLowerCase()) ? { rule } : 'with case';
    },
    attributesOf(names) {
      const all = new Set<string>();
      const met = new Set<string>();
      const waiting = names.map(bare);
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const definition = classes.get(name);
        if (definition === undefined || met.has(name)) continue;
        met.add(name);
        for (const each of [...listOf(definition, 'MUST'), ...listOf(definition, 'MAY')])
          all.add(each);
        waiting.push(...listOf(definition, 'SUP'));
      }
      return met.size === 0 ? undefined : all;
    },
  };
}

/** Kinds of kinds of attributes. */
const MAX_DEPTH = 10;

const bare = (name: string): string => name.toLowerCase().replace(/;.*$/, '');

/** `( 0.9.2342.19200300.100.1.3 NAME ( 'mail' 'rfc822Mailbox' ) … )`, by each name and OID. */
function index(definitions: readonly string[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const definition of definitions) {
    const [, oid = '', names = ''] =
      /^\(\s*([\d.]+)\s+(?:NAME\s+(\([^)]*\)|'[^']*'))?/i.exec(definition) ?? [];
    for (const name of [oid, ...[...names.matchAll(/'([^']+)'/g)].map(([, each = '']) => each)])
      if (name !== '') all.set(name.toLowerCase(), definition);
  }
  return all;
}

/** The one word after a field's name, in lower case; empty where there is none. */
function valueOf(definition: string, field: string): string {
  const [, value = ''] =
    new RegExp(String.raw`\s${field}\s+'?([\w.;{}-]+)`, 'i').exec(unquoted(definition)) ?? [];
  return value.toLowerCase();
}

/** The words after a field's name: one, or several in parentheses. */
function listOf(definition: string, field: string): readonly string[] {
  const [, list = ''] =
    new RegExp(String.raw`\s${field}\s+(\([^)]*\)|[\w.-]+)`, 'i').exec(unquoted(definition)) ?? [];
  return list.toLowerCase().match(/[\w.-]+/g) ?? [];
}

/** Without the description, which may hold any words. */
const unquoted = (definition: string): string => definition.replace(/\sDESC\s+'[^']*'/i, '');
