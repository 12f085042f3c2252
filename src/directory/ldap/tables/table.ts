import { foldDomain, parseAddress, parseDomain } from '../../../address/address.ts';
import { rareSpellings, spellingsOf, withCapitals } from '../../../address/spellings.ts';
import { believeAbsent } from '../../people/spelling.ts';
import { parseResultFormat } from '../../templates/resultformat.ts';
import { type TemplateKey, templateKey } from '../../templates/template.ts';
import { parseTemplate } from '../filters/base.ts';
import { parseFilter } from '../filters/filter.ts';
import { bindSpellings } from '../people/branch.ts';
import type { LdapTableSettings } from '../settings.ts';
import type { Asked } from '../trust/tabletrust.ts';
import type { Work } from '../work.ts';
import { anatomyOf } from './anatomy.ts';
import { createExpansion } from './expansion.ts';

/**
 * Makes the questions of one table, which answers what Postfix's `ldap:` table of the same settings would.
 * @param name the table's, for messages
 * @param defaultBase where it looks if its settings do not say
 * @param domains the table that has the domains whose keys are looked up
 * @throws {SyntaxError} where a template or the filter can't be read, or no attribute is named
 * @see ldap_table(5)
 */
export function createTable(
  name: string,
  settings: LdapTableSettings,
  defaultBase: string,
  domains?: Table,
): Table {
  const within = `tables.${name}`;
  const base = read(`${within}.searchBase`, parseTemplate, settings.searchBase ?? defaultBase);
  const filter = read(`${within}.queryFilter`, parseFilter, settings.queryFilter);
  const result = read(`${within}.resultFormat`, parseResultFormat, settings.resultFormat);
  const expansion = createExpansion(settings);
  if (expansion.common.attributes.length === 0) {
    throw new SyntaxError(`${within} names no attribute: give resultAttributes`);
  }
  const isListed = domainTest(settings.domain);
  /** What has to find the key's domain first; absent: nothing. */
  const gateFor = (key: TemplateKey): Table | undefined =>
    settings.domain !== undefined && isListed(key) ? undefined : domains;
  const isOurs = (key: TemplateKey): boolean => {
    if (domains === undefined) return settings.domain === undefined || isListed(key);
    return key.user !== '' && key.domain !== '';
  };

  /** Absent: there is nothing to ask for this key. */
  const requestFor = (key: TemplateKey) => {
    if (key.whole === '' || !isOurs(key) || !result.fits(key)) return undefined;
    const bound = { base: base.bind(key), filter: bindSpellings(filter, spelled(key.whole)) };
    if (bound.base === undefined || bound.filter === undefined) return undefined;
    return {
      ...expansion.common,
      base: bound.base,
      scope: settings.scope,
      filter: bound.filter,
      ...(base.hasPlaceholders && { baseMayBeAbsent: true as const }),
    };
  };

  return {
    question(text) {
      const key = templateKey(text);
      const request = requestFor(key);
      if (request === undefined) return undefined;
      const gate = gateFor(key);
      const isDomain = gate?.question(key.domain.toLowerCase());
      if (gate !== undefined && isDomain === undefined) return undefined;
      const address = parseAddress(text);
      const format = (value: string): string | undefined => result.apply(value, key);
      return async (view) => {
        const { search, missed } = view;
        if (isDomain !== undefined && (await isDomain(view)).length === 0) return [];
        const entries = await search(request);
        if (entries.length === 0 && address !== undefined) believeAbsent(spellingsOf(address));
        return expansion.expand(entries, format, search, missed);
      };
    },
    asked: {
      name: `table ${name}`,
      settings: `${within}.queryFilter and its attributes`,
      base: settings.searchBase ?? defaultBase,
      scope: settings.scope,
      dereference: settings.dereference,
      anatomy: anatomyOf(filter),
      results: expansion.common.attributes,
      ...(domains !== undefined && { within: domains.asked }),
    },
  };
}

/** One table. */
export interface Table {
  /** Absent: no search can be made of the key, so nothing is there for it. */
  readonly question: (key: string) => Work<string> | undefined;
  /** What its *none* hangs on. */
  readonly asked: Asked;
}

/** An address may be stored with other letters than Postfix asks for; where the server knows them, as without case. */
function spelled(key: string): readonly string[] {
  const address = parseAddress(key);
  return address === undefined
    ? [key]
    : [...new Set([key, ...withCapitals(spellingsOf(address).texts), ...rareSpellings(address)])];
}

/** Reads a setting; says which one where it can't be read. */
function read<T>(setting: string, parse: (text: string) => T, text: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${setting}: ${error.message}`, { cause: error });
  }
}

/** Whether a key is an address with a local part at one of these domains. */
function domainTest(domains: readonly string[] = []): (key: TemplateKey) => boolean {
  const named = (domain: string): string => parseDomain(domain) ?? domain;
  const ours = new Set(domains.map(named).flatMap((domain) => [domain, foldDomain(domain)]));
  return ({ user, domain }) => user !== '' && ours.has(named(domain));
}
