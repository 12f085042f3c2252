import { remarkSpellings } from '../../people/spelling.ts';
import { INDEX_COMMAND } from '../commands.ts';
import type { Ask } from '../http/api.ts';
import { valuesIn } from '../people/account.ts';
import { attributeQuery } from '../people/query.ts';
import type { UserRow } from '../people/rows.ts';
import { bareAddress } from '../people/written.ts';
import { blame } from '../trust/blame.ts';
import { countUsers, showUsers } from '../trust/listing.ts';
import { type Look, ok, some, warning } from './look.ts';

/** Searches by attribute are slow without an index of their own; so many ms are what one by e-mail takes, and more. */
const SLOW_MS = 30;
const TRIES = 5;
/** So many users are read at a time, and in all: an inspection ends. */
const PAGE = 100;
const MOST = 2000;

/** What a search by attribute costs, and what users have as addresses. */
export const lookAtAliases: Look = async ({ settings, ask }, signal) => {
  const { aliasAttribute, addressFrom } = settings;
  if (aliasAttribute === undefined) return [];
  const { users, isWhole } = await walkUsers(ask, signal);
  const values = users.flatMap(({ attributes }) => attributes[aliasAttribute] ?? []);
  const value = values.find((text) => /^[^"\\\s]+$/.test(text)) ?? 'nobody@example.org';
  const ms = await measure(ask, attributeQuery(aliasAttribute, value), signal).catch(
    async (error: unknown) => {
      throw await blame(ask, error, signal);
    },
  );
  const cost = `a search by attribute ${aliasAttribute} takes ${ms} ms`;
  const odd = [aliasAttribute, addressFrom]
    .flatMap((name) => users.flatMap((user) => valuesIn(user, name)))
    .filter((text) => bareAddress(text) !== text);
  return [
    ms < SLOW_MS
      ? ok(cost)
      : warning(`${cost}, have the administrator of Keycloak's database run: ${INDEX_COMMAND}`),
    ...(values.length > 0
      ? []
      : [
          warning(
            `none of ${users.length} users has the attribute ${aliasAttribute}: case counts, and the realm's user profile must declare it`,
          ),
        ]),
    ...(odd.length === 0
      ? []
      : [
          warning(
            `these are not written as an address alone, they are found by a slower search: ${some(odd.map((text) => JSON.stringify(text)))}`,
          ),
        ]),
    ...remarkSpellings(values),
    ...(isWhole ? [] : [warning(`only ${users.length} users were looked at, there are more`)]),
  ];
};

async function walkUsers(
  ask: Ask,
  signal: AbortSignal,
): Promise<{ readonly users: readonly UserRow[]; readonly isWhole: boolean }> {
  const users: UserRow[] = [];
  while (users.length < MOST) {
    const list = { condition: { first: users.length }, brief: false, max: PAGE };
    const page = await showUsers(ask, list, signal);
    users.push(...page);
    if (page.length < PAGE) break;
  }
  return { users, isWhole: users.length >= (await countUsers(ask, {}, signal)) };
}

/** The middle of some tries, in whole milliseconds: the search that finds, and the count that shows that nobody has it. */
async function measure(ask: Ask, q: string, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const begin = performance.now();
    await showUsers(ask, { condition: { q }, brief: true, max: 1 }, signal);
    const between = performance.now();
    await countUsers(ask, { q, exact: false }, signal);
    times.push(Math.max(between - begin, performance.now() - between));
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.trunc(TRIES / 2)] ?? 0);
}
