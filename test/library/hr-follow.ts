import { setTimeout as delay } from 'node:timers/promises';
import type { Change, Directory } from '../../src/directory.ts';
import { type HrApi, TOKEN } from './hr-api.ts';

export type Follow = NonNullable<Directory['follow']>;

const AGAIN_MS = 60_000;

/** What the HR system says of one of its people. */
interface Person {
  readonly uuid: string;
  readonly email: string;
  readonly alsoKnownAs: readonly string[];
  readonly login: string;
  readonly active: boolean;
}

/** Tells who is in the HR system at this place, page by page, and again after a minute: it has nothing that tells of changes. */
export const followHr = ({ port }: Pick<HrApi, 'port'>): Follow =>
  async function* (cursor, signal) {
    if (cursor !== undefined) await delay(AGAIN_MS, undefined, { signal });
    for (;;) {
      yield [{ kind: 'listing', part: 'people' }];
      let shown = 0;
      for (let page = 1, total = 1; shown < total; page++) {
        const query = new URL(`/everybody?page=${page}`, `http://127.0.0.1:${port}`);
        const headers = { authorization: `Bearer ${TOKEN}` };
        const reply = await fetch(query, { headers, signal });
        if (!reply.ok) throw new Error(`the API says ${reply.status}`);
        const said: unknown = await reply.json();
        if (!isPage(said)) throw new Error('the API says what can not be read');
        if (said.people.length === 0) throw new Error('the API cut its list short');
        ({ total } = said);
        shown += said.people.length;
        yield [toPut(said.people)];
      }
      yield [
        { kind: 'listed', part: 'people' },
        { kind: 'mark', cursor: 'listed', agoMs: 0, nextMs: AGAIN_MS },
      ];
      await delay(AGAIN_MS, undefined, { signal });
    }
  };

const isPage = (said: unknown): said is { total: number; people: Person[] } =>
  typeof said === 'object' && said !== null && 'total' in said && 'people' in said;

const toPut = (people: readonly Person[]): Change => ({
  kind: 'put',
  entries: people.map(({ uuid, email, alsoKnownAs, login, active }) => [
    `people:${uuid}`,
    {
      id: uuid,
      kind: 'account',
      address: email,
      aliases: alsoKnownAs,
      logins: [login],
      members: [],
      enabled: active,
      names: [],
    },
  ]),
});
