import { expect, test } from 'vitest';
import { Gap } from '../../../../src/directory/directory.ts';
import type { ScriptedKeycloak } from '../../../support/keycloak/script.ts';
import { follow, MIRROR, markIn } from './fixture.ts';
import { startRealm } from './realm.ts';

/** The realm is deleted and made anew under its name: tokens of before count no more. */
function makeAnew(keycloak: ScriptedKeycloak): void {
  const tokens = new Set(keycloak.asked.map(({ headers }) => headers.authorization));
  keycloak.script = ({ headers }) =>
    headers.authorization !== undefined && tokens.has(headers.authorization)
      ? { status: 401, body: { error: 'HTTP 401 Unauthorized' } }
      : undefined;
  const { sub } = keycloak.made;
  keycloak.made = { ...(sub !== undefined && { sub: `${sub}-anew` }), kid: 'second-key' };
}

const WAYS = [
  { way: 'events, of which none was kept', more: {} },
  { way: 'listings alone', more: { events: 'off', mirror: { ...MIRROR, refresh: 3_600_000 } } },
] as const;

async function startQuiet(): Promise<ScriptedKeycloak> {
  const keycloak = await startRealm();
  keycloak.events.length = 0;
  keycloak.ownEvents.length = 0;
  return keycloak;
}

test.each(WAYS)('a realm that was made anew meanwhile is a gap: $way', async ({ more }) => {
  const keycloak = await startQuiet();
  const { cursor } = markIn(await follow(keycloak, more).toMark());
  makeAnew(keycloak);
  const { told, error } = await follow(keycloak, more, cursor).toEnd();
  expect([error instanceof Gap, told]).toEqual([true, []]);
});

test('a realm that is made anew while it is followed marks nothing more', async () => {
  const keycloak = await startQuiet();
  const feed = follow(keycloak);
  await feed.toMark();
  makeAnew(keycloak);
  const { told, error } = await feed.toEnd();
  expect(error).toBeInstanceOf(Gap);
  expect(told.filter(({ kind }) => kind !== 'mark')).toEqual([]);
});

test('where tokens do not say for whom they are, their key tells', async () => {
  const keycloak = await startQuiet();
  keycloak.made = { kid: 'first-key' };
  const { cursor } = markIn(await follow(keycloak).toMark());
  makeAnew(keycloak);
  expect((await follow(keycloak, {}, cursor).toEnd()).error).toBeInstanceOf(Gap);
});

test.each([
  {
    what: 'another key of the same account',
    before: { sub: 'id', kid: 'first-key' },
    after: { sub: 'id', kid: 'second-key' },
  },
  { what: 'a token that tells nothing, before and after', before: {}, after: {} },
])('$what is no gap', async ({ before, after }) => {
  const keycloak = await startQuiet();
  keycloak.made = before;
  const { cursor } = markIn(await follow(keycloak).toMark());
  keycloak.made = after;
  expect(markIn(await follow(keycloak, {}, cursor).toMark()).tellsNew).toBe(true);
});

test('a cursor of before that does not tell whose tokens they were is gone on from', async () => {
  const keycloak = await startQuiet();
  const { cursor } = markIn(await follow(keycloak).toMark());
  const { origin: _, ...old } = Object(JSON.parse(cursor));
  const told = await follow(keycloak, {}, JSON.stringify(old)).toMark();
  expect(told.map(({ kind }) => kind)).toEqual(['mark']);
});
