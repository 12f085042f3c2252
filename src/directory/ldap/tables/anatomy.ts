import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import type { FilterTemplate } from '../filters/filter.ts';

/** A table's filter taken apart: by what it finds entries, and what it wants of them. */
export interface Anatomy {
  /** All attributes, those in negations too. */
  readonly named: readonly string[];
  /** Attributes that are compared with parts of the key. */
  readonly asked: readonly string[];
  /** Those that entries have to have whatever the key is. */
  readonly fixed: readonly string[];
  /**
   * The filter with one of `conditions` in the place of the comparison of `attribute` with the key: whoever it finds can be
   * found by the attribute.
   */
  readonly among: (
    attribute: string | undefined,
    conditions: readonly Filter[],
  ) => Filter | undefined;
  /** Whether the filter can find anybody where only the attributes are known that `has` says. */
  readonly canFind: (has: (attribute: string) => boolean) => boolean;
}

/** Stands for a part of a key; no key and no filter holds it. */
const MARK = '\u{f0000}';
const ANY_KEY = {
  whole: MARK,
  user: MARK,
  domain: MARK,
  labels: Array.from({ length: 9 }, () => MARK),
};

/** Takes a filter apart. */
export function anatomyOf(template: FilterTemplate): Anatomy {
  const tree = template.bind(ANY_KEY);
  const comparisons = tree === undefined ? [] : leaves(tree);
  const named = (isAsked: boolean): readonly string[] => [
    ...new Set(
      comparisons
        .filter((leaf) => isVariable(leaf) === isAsked)
        .map(attributeOf)
        .filter((attribute) => attribute !== ''),
    ),
  ];
  const everything = tree === undefined ? [] : leaves(tree, 'with negated ones');
  return {
    named: [...new Set(everything.map(attributeOf).filter((attribute) => attribute !== ''))],
    asked: named(true),
    fixed: named(false),
    among: (attribute, conditions) =>
      tree === undefined || conditions.length === 0
        ? undefined
        : focus(tree, attribute, conditions),
    canFind: (has) => tree === undefined || isPossible(tree, has),
  };
}

/** All comparisons, those that are negated only on demand. */
function leaves(filter: Filter, negated?: 'with negated ones'): readonly Filter[] {
  if (filter instanceof AndFilter || filter instanceof OrFilter)
    return filter.filters.flatMap((each) => leaves(each, negated));
  if (filter instanceof NotFilter)
    return negated === undefined ? [] : leaves(filter.filter, negated);
  return [filter];
}

/**
 * Puts conditions in the place of an attribute's comparisons with the key; other comparisons with it become presence, and
 * vanish beside it in an "or". Absent: nothing is left.
 */
function focus(
  filter: Filter,
  attribute: string | undefined,
  conditions: readonly Filter[],
): Filter | undefined {
  if (filter instanceof NotFilter)
    return leaves(filter.filter, 'with negated ones').some(isVariable) ? undefined : filter;
  if (filter instanceof OrFilter) {
    const meant = filter.filters.filter((each) => holds(each, attribute));
    const kept = meant.length > 0 ? meant : filter.filters;
    return joined(
      kept.map((each) => focus(each, attribute, conditions)),
      OrFilter,
    );
  }
  if (filter instanceof AndFilter)
    return joined(
      filter.filters.map((each) => focus(each, attribute, conditions)),
      AndFilter,
    );
  if (!isVariable(filter)) return filter;
  if (attributeOf(filter) === attribute) return joined(conditions, OrFilter);
  return attributeOf(filter) === ''
    ? undefined
    : new PresenceFilter({ attribute: attributeOf(filter) });
}

const holds = (filter: Filter, attribute: string | undefined): boolean =>
  leaves(filter).some((leaf) => isVariable(leaf) && attributeOf(leaf) === attribute);

function joined(
  parts: readonly (Filter | undefined)[],
  Join: typeof AndFilter | typeof OrFilter,
): Filter | undefined {
  const filters = parts.filter((part) => part !== undefined);
  return filters.length > 1 ? new Join({ filters }) : filters[0];
}

/** A comparison with an unknown attribute is neither true nor false, and so is its negation (RFC 4511, 4.5.1.7). */
function isPossible(filter: Filter, has: (attribute: string) => boolean): boolean {
  if (filter instanceof AndFilter) return filter.filters.every((each) => isPossible(each, has));
  if (filter instanceof OrFilter) return filter.filters.some((each) => isPossible(each, has));
  if (filter instanceof NotFilter) return isPossible(filter.filter, has);
  const attribute = attributeOf(filter);
  return attribute === '' || has(attribute);
}

function attributeOf(filter: Filter): string {
  if (filter instanceof ExtensibleFilter) return filter.matchType;
  if (filter instanceof PresenceFilter || filter instanceof SubstringFilter)
    return filter.attribute;
  return comparisonOf(filter)?.attribute ?? '';
}

function isVariable(filter: Filter): boolean {
  if (filter instanceof SubstringFilter)
    return [filter.initial, ...filter.any, filter.final].some((part) => part.includes(MARK));
  const value = filter instanceof ExtensibleFilter ? filter.value : comparisonOf(filter)?.value;
  return value?.includes(MARK) === true;
}

/** The parts of a comparison with one value. */
function comparisonOf(
  filter: Filter,
): { readonly attribute: string; readonly value: string } | undefined {
  if (filter instanceof EqualityFilter) {
    const { attribute, value } = filter;
    return { attribute, value: value.toString() };
  }
  return filter instanceof ApproximateFilter ||
    filter instanceof GreaterThanEqualsFilter ||
    filter instanceof LessThanEqualsFilter
    ? filter
    : undefined;
}
