import { AndFilter, ExtensibleFilter, type Filter, OrFilter } from 'ldapts';
import type { Address } from '../../../address/address.ts';
import { spellingsOf, withCapitals } from '../../../address/spellings.ts';
import { Fault } from '../../directory.ts';
import { type Template, templateKey } from '../../templates/template.ts';
import { parseTemplate } from '../filters/base.ts';
import { type Condition, parseCondition } from '../filters/conditions.ts';
import { type FilterTemplate, parseFilter } from '../filters/filter.ts';
import type { Scope, SearchRequest } from '../search.ts';
import type { AccountSettings, GroupSettings, LdapSettings } from '../settings.ts';
import type { Schema } from '../trust/schematext.ts';
import type { LostPolicy } from './lost.ts';
import { PRESETS } from './presets.ts';
import { type AddressSource, anyOf, conditionsFor, parseSource } from './sources.ts';

/** Where entries of one kind lie, and how they hold addresses. */
export interface Branch {
  readonly kind: 'account' | 'group';
  readonly base: Template;
  /** The base as far as it is the same for all keys. */
  readonly commonBase: string;
  readonly scope: Scope;
  readonly filter: FilterTemplate;
  readonly address: readonly AddressSource[];
  readonly aliases: readonly AddressSource[];
  readonly id: readonly string[];
  /** All that is read of an entry. */
  readonly attributes: readonly string[];
}

/** Where accounts lie. */
export interface AccountBranch extends Branch {
  readonly kind: 'account';
  readonly logins: readonly string[];
  readonly disabled: readonly Condition[];
  readonly mailOnly: readonly Condition[];
  /** The preset's filter, where the configuration has another: whom only that leaves out is left out on purpose. */
  readonly usual?: FilterTemplate;
}

/** Where groups lie. */
export interface GroupBranch extends Branch, Pick<GroupSettings, 'depth' | 'members'> {
  readonly kind: 'group';
  readonly memberDns: readonly string[];
  readonly memberUids: readonly string[];
  readonly memberAddresses: readonly string[];
  readonly membersBy: NonNullable<GroupSettings['membersBy']>;
  readonly unreadableMembers: LostPolicy;
}

/** More entries than this can't hold one address in earnest. */
const MAX_HOLDERS = 20;

/**
 * Reads where accounts lie.
 * @throws {SyntaxError} where a filter, base or attribute can't be read; names the setting
 */
export function accountBranch({ preset, base, accounts }: LdapSettings): AccountBranch {
  const merged = { base, ...PRESETS[preset].accounts, ...accounts };
  const disabled = merged.disabled.map(parseCondition);
  const mailOnly = merged.mailOnly.map(parseCondition);
  const states = [...disabled, ...mailOnly].map(({ attribute }) => attribute);
  return {
    kind: 'account',
    ...readBranch(merged, prefixes(PRESETS[preset].accounts, accounts), [
      ...merged.logins,
      ...states,
    ]),
    logins: merged.logins,
    disabled,
    mailOnly,
    ...(accounts.filter !== undefined && { usual: parseFilter(PRESETS[preset].accounts.filter) }),
  };
}

/** Reads where groups lie; absent: groups are not looked for. */
export function groupBranch({ preset, base, groups }: LdapSettings): GroupBranch | undefined {
  const merged = { base, ...PRESETS[preset].groups, ...groups };
  const { memberDns, memberUids, memberAddresses, membersBy, depth, members } = merged;
  const { unreadableMembers = 'deferUnreadable' } = merged;
  if (merged.address.length + merged.aliases.length === 0) return undefined;
  return {
    kind: 'group',
    ...readBranch(merged, prefixes(PRESETS[preset].groups, groups), [
      ...memberDns,
      ...memberUids,
      ...memberAddresses,
      'objectClass',
    ]),
    memberDns,
    memberUids,
    memberAddresses,
    membersBy,
    depth,
    members,
    unreadableMembers,
  };
}

interface BranchSettings {
  readonly base: string;
  readonly scope?: Scope;
  readonly filter: string;
  readonly address: readonly string[];
  readonly aliases: readonly string[];
  readonly id: readonly string[];
}

/** With what the values of an attribute have to begin. */
type PrefixOf = (attribute: string) => string;

/** A prefix that is configured goes for all attributes; a preset's for the preset's own, `proxyAddresses` and not `mail`. */
function prefixes(
  preset: Pick<BranchSettings, 'aliases'> & AliasPrefix,
  { aliasPrefix }: AliasPrefix,
): PrefixOf {
  if (aliasPrefix !== undefined) return () => aliasPrefix;
  const own = new Set(preset.aliases.map((attribute) => attribute.toLowerCase()));
  return (attribute) => (own.has(attribute.toLowerCase()) ? (preset.aliasPrefix ?? '') : '');
}

type AliasPrefix = Pick<AccountSettings, 'aliasPrefix'>;

function readBranch(
  settings: BranchSettings,
  prefixOf: PrefixOf,
  further: readonly string[],
): Omit<Branch, 'kind'> {
  const { base, scope = 'sub', id } = settings;
  const address = settings.address.map((text) => parseSource(text));
  const aliases = settings.aliases.map((text) => parseSource(text, prefixOf(text)));
  const sources = [...address, ...aliases].map(({ attribute }) => attribute);
  return {
    base: parseTemplate(base),
    commonBase: commonBase(base),
    scope,
    filter: parseFilter(settings.filter),
    address,
    aliases,
    id,
    attributes: [...new Set([...sources, ...id, ...further])],
  };
}

/** What follows the last part of `base` that depends on the key. */
export function commonBase(base: string): string {
  const last = base.lastIndexOf('%');
  if (last === -1) return base;
  const comma = base.indexOf(',', last);
  return comma === -1 ? '' : base.slice(comma + 1).trim();
}

/**
 * The question for a branch's entries that may hold `address`, by its attributes or by `further` conditions; absent where its
 * templates have no place for the key.
 */
export function questionFor(
  branch: Branch,
  address: Address,
  further: readonly Filter[] = [],
): SearchRequest | undefined {
  const key = templateKey(address.text);
  const base = branch.base.bind(key);
  const conditions = conditionsFor([...branch.address, ...branch.aliases], address);
  const filter = branch.filter.hasPlaceholders
    ? bindSpellings(branch.filter, withCapitals(spellingsOf(address).texts))
    : withHolders(branch, [...conditions, ...further]);
  if (base === undefined || filter === undefined) return undefined;
  return {
    base,
    scope: branch.scope,
    filter,
    attributes: branch.attributes,
    sizeLimit: MAX_HOLDERS,
    ...(branch.base.hasPlaceholders ? { baseMayBeAbsent: true } : {}),
  };
}

/**
 * The same question by rules that leave case aside, for attributes that the schema compares with case. A server has no index
 * for it, so it is asked only where the plain one finds nobody. Absent: there is no such attribute.
 * @throws {Fault} `entry` where the server has no such rule
 */
export function caselessQuestion(
  branch: Branch,
  address: Address,
  schema: Schema,
): SearchRequest | undefined {
  const plain = questionFor(branch, address);
  if (plain === undefined || branch.filter.hasPlaceholders) return undefined;
  const conditions = [...branch.address, ...branch.aliases].flatMap((source): readonly Filter[] => {
    const comparison = schema.comparison(source.attribute);
    if (comparison === 'without case') return [];
    if (comparison === 'with case') {
      throw new Fault(
        'entry',
        `the schema compares ${source.attribute} with case, and the server has no rule that does not: whoever has capitals in it is not found`,
      );
    }
    const { attribute: matchType } = source;
    return source
      .valuesFor(address)
      .map((value) => new ExtensibleFilter({ matchType, rule: comparison.rule, value }));
  });
  const filter = withHolders(branch, conditions);
  return filter === undefined ? undefined : { ...plain, filter };
}

/** A filter that meets a key in any of its spellings; absent where it has no place for one. */
export function bindSpellings(
  filter: FilterTemplate,
  spellings: readonly string[],
): Filter | undefined {
  const filters = spellings
    .map((text) => filter.bind(templateKey(text)))
    .filter((bound) => bound !== undefined);
  return filters.length > 1 ? new OrFilter({ filters }) : filters[0];
}

/** A branch's entries that meet one of `conditions`; absent where there are none. */
export function withHolders(branch: Branch, conditions: readonly Filter[]): Filter | undefined {
  if (conditions.length === 0) return undefined;
  const either = new OrFilter({ filters: [...conditions] });
  const own = ownFilter(branch);
  return own === undefined ? either : new AndFilter({ filters: [own, either] });
}

/** A branch's filter where it is the same for all keys. */
const ownFilter = ({ filter }: Branch): Filter | undefined =>
  filter.hasPlaceholders ? undefined : filter.bind(templateKey(''));

/** A request for those of a branch, below all its bases, that meet one of `conditions`. */
export function requestAmong(
  branch: Branch,
  conditions: readonly Filter[],
  attributes: readonly string[],
): SearchRequest | undefined {
  const filter = withHolders(branch, conditions);
  if (filter === undefined) return undefined;
  const scope = branch.base.hasPlaceholders ? 'sub' : branch.scope;
  return { base: branch.commonBase, scope, filter, attributes, sizeLimit: 0 };
}

/** The filter that finds entries of a branch which hold any address in one of the ways of `sources`. */
export const holdersOfAny = (
  branch: Branch,
  sources: readonly AddressSource[],
): Filter | undefined => withHolders(branch, anyOf(sources));
