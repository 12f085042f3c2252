import { parseTemplate } from '../../directory/ldap/filters/base.ts';
import { parseFilter } from '../../directory/ldap/filters/filter.ts';
import type { Dereference, Scope } from '../../directory/ldap/search.ts';
import { isAttribute } from '../../directory/ldap/settings/branches.ts';
import type { LdapTableSettings } from '../../directory/ldap/settings.ts';
import { parseResultFormat } from '../../directory/templates/resultformat.ts';
import { type Named, readDomains } from './domains.ts';
import type { Reader } from './reader.ts';

/** A table as the configuration writes it. What the file leaves to Postfix is absent, for idpmap assumes the same. */
export type Table = {
  readonly [Name in keyof LdapTableSettings]?: LdapTableSettings[Name] | undefined;
};

/** Reads what a table asks for and what it answers. */
export function readTable(reader: Reader, named: Named): Table {
  const expansionLimit = reader.number('expansion_limit', 0);
  return {
    searchBase: readBase(reader),
    scope: readScope(reader),
    queryFilter: readTemplate(reader, 'query_filter', parseFilter),
    ...readAttributes(reader),
    resultFormat: readFormat(reader),
    dereference: readDereference(reader),
    ...readDomains(reader, named),
    expansionLimit,
    recursionLimit: reader.number('recursion_limit', 1),
    sizeLimit: reader.number('size_limit', 0) ?? expansionLimit,
  };
}

/** Reads a text with placeholders; one that can't be read is carried over all the same, for it to be mended there. */
function readTemplate(
  reader: Reader,
  name: string,
  parse: (text: string) => unknown,
): string | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    reader.lack(name, `"${text}" can't be read: ${error.message}`);
  }
  return text;
}

/** An empty list of results is none, where a missing one is Postfix's `maildrop`. */
function readAttributes(reader: Reader) {
  const read = {
    resultAttributes: readNames(reader, 'result_attribute'),
    specialResultAttributes: readNames(reader, 'special_result_attribute'),
    leafResultAttributes: readNames(reader, 'leaf_result_attribute'),
    terminalResultAttributes: readNames(reader, 'terminal_result_attribute'),
  };
  const { resultAttributes, ...others } = read;
  const answers = [...(resultAttributes ?? ['maildrop']), ...Object.values(others).flat()];
  if (answers.every((name) => name === undefined))
    reader.lack(
      'result_attribute',
      "it is empty, with which Postfix's table answers nothing at all",
    );
  return read;
}

/** Names of attributes. Postfix asks for what is none as well; no entry has it, so the answer is the same without. */
function readNames(reader: Reader, setting: string): readonly string[] | undefined {
  const names = reader.list(setting);
  const wrong = names?.filter((name) => !isAttribute(name)) ?? [];
  if (wrong.length > 0)
    reader.note(
      setting,
      `${wrong.map((name) => `"${name}"`).join(', ')} is no attribute: left out`,
    );
  return names?.filter(isAttribute);
}

/** Empty is the root, and so is one that is missing: Postfix takes the one for the other. */
function readBase(reader: Reader): string {
  const base = readTemplate(reader, 'search_base', parseTemplate);
  if (base !== undefined && base !== '') return base;
  const what = base === undefined ? 'it is missing, and Postfix takes' : 'it is empty, so it is';
  reader.note('search_base', `${what} the root: all that the login may see is looked through`);
  return '';
}

/** `result_filter` is its name of old, and counts where the new one is missing or empty. */
function readFormat(reader: Reader): string | undefined {
  const old = readTemplate(reader, 'result_filter', parseResultFormat);
  const text = readTemplate(reader, 'result_format', parseResultFormat) ?? '';
  if (text !== '') return text;
  if (old === '') reader.lack('result_filter', 'it is empty, which Postfix refuses');
  return old === '' ? undefined : old;
}

const SCOPES: ReadonlyMap<string, Scope> = new Map([
  ['base', 'base'],
  ['one', 'one'],
  ['sub', 'sub'],
]);

function readScope(reader: Reader): Scope | undefined {
  const written = reader.text('scope');
  if (written === undefined) return undefined;
  if (written === '') reader.lack('scope', 'it is empty, which Postfix refuses');
  const scope = SCOPES.get(written.toLowerCase());
  if (scope === undefined && written !== '')
    reader.note('scope', `"${written}" is none, Postfix takes sub for it`);
  return scope;
}

const DEREFERENCES: readonly Dereference[] = ['never', 'search', 'find', 'always'];

function readDereference(reader: Reader): Dereference | undefined {
  const number = reader.number('dereference', 0);
  if (number === undefined) return undefined;
  const found = DEREFERENCES[number];
  if (found === undefined) reader.note('dereference', `${number} is none, Postfix takes 0 for it`);
  return found;
}
