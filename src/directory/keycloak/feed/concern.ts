import { normaliseAddress } from '../../../address/address.ts';
import { isRecord } from '../../../record.ts';
import type { Concern } from '../../hooks.ts';
import type { Ask } from '../http/api.ts';
import { NotThere } from '../http/faults.ts';
import { madeOf } from '../people/addressfrom.ts';
import { type EventRow, readAttributes } from '../people/rows.ts';

/** So many users and groups are looked at one by one. */
export const MAX_LOOKED_AT = 100;

/** Users and groups by their ids, the only part of a path that is always there: `users/ID/groups/ID`, `groups/ID/children/ID`. */
const SUBJECT = /(?:^|\/)(users|groups|children)\/([\da-f-]{36})(?=\/|$)/g;

/** What an event's path names, as admin paths: `/users/ID`. */
export const subjectsOf = ({ path }: EventRow): readonly string[] =>
  [...path.matchAll(SUBJECT)].map(
    ([, kind = '', id = '']) => `/${kind === 'users' ? kind : 'groups'}/${id}`,
  );

/**
 * Finds out what `events` are about. An update tells only the fields that were sent, and a deletion none, so everybody
 * is looked at as they are now.
 * @param attributes those that hold addresses, or what these are made by
 * @returns everything where too many were touched to look at each
 */
export async function concernOf(
  events: readonly EventRow[],
  attributes: ReadonlySet<string>,
  ask: Ask,
  signal: AbortSignal,
): Promise<Concern> {
  const subjects = new Set(events.flatMap(subjectsOf));
  if (subjects.size > MAX_LOOKED_AT) return 'everything';
  const addresses = new Set(
    events.flatMap(({ representation }) => addressesIn(parse(representation), attributes)),
  );
  for (const subject of subjects) {
    const content = await lookAt(ask, subject, signal);
    for (const address of addressesIn(content, attributes)) addresses.add(address);
  }
  const ids = [...subjects].map((subject) => subject.slice(subject.lastIndexOf('/') + 1));
  return { ids: new Set(ids), addresses };
}

async function lookAt(ask: Ask, subject: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await ask(subject, {}, signal);
  } catch (error) {
    // It was deleted. Here a 404 says so: nobody's mail depends on it.
    if (error instanceof NotThere) return undefined;
    throw error;
  }
}

function parse(representation: string | undefined): unknown {
  try {
    return JSON.parse(representation ?? 'null');
  } catch {
    // Keycloak cuts long ones.
    return undefined;
  }
}

/** All addresses in a user or group. */
function addressesIn(content: unknown, attributes: ReadonlySet<string>): readonly string[] {
  if (!isRecord(content)) return [];
  const { username, email } = content;
  const values = Object.entries(readAttributes(content['attributes']))
    .filter(([name]) => attributes.has(name))
    .flatMap(([, texts]) => texts);
  const made = [...attributes].map((name) =>
    typeof username === 'string' ? madeOf(name, username) : undefined,
  );
  return [username, email, ...made, ...values]
    .filter((value) => typeof value === 'string')
    .map((value) => normaliseAddress(value))
    .filter((address) => address !== undefined);
}
