import { checkConformance, type Misdeed } from 'idpmap/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import hr from '../../docs/examples/hr.ts';
import { type Change, Gap, type Listed } from '../../src/directory.ts';
import { type HrApi, startHrApi, TOKEN, WITNESS } from './hr-api.ts';
import { type Follow, followHr } from './hr-follow.ts';

let api: HrApi;
beforeAll(async () => {
  api = await startHrApi();
});
afterAll(() => api.stop());

/** What is said of the HR system's directory where it tells a mirror so. */
const examine = (
  mistake: (right: Follow) => Follow = (right) => right,
): Promise<readonly Misdeed[]> =>
  checkConformance({
    store: { host: '127.0.0.1', port: api.port },
    open: async ({ host, port }) => {
      const written = { url: `http://${host}:${port}`, token: TOKEN, witness: WITNESS };
      const directory = await hr.openForTest(written);
      return { ...directory, follow: mistake(followHr({ port })) };
    },
    people: [
      { address: 'Ann@Example.org', aliases: ['A.Smith@example.org'], logins: ['ann'] },
      { address: 'gone@example.org', enabled: false },
      { address: WITNESS },
    ],
    nobody: ['nobody@example.org'],
    speaks: 'http',
  });

test.concurrent('a directory that tells a mirror all that it finds does nothing wrong', async () => {
  expect(await examine()).toEqual([]);
});

/** Tells each change otherwise. */
const telling =
  (otherwise: (change: Change) => readonly Change[]) =>
  (right: Follow): Follow =>
    async function* (cursor, signal) {
      for await (const batch of right(cursor, signal)) yield batch.flatMap(otherwise);
    };

/** Tells each entry otherwise; absent: not at all. */
const showing = (otherwise: (entry: Listed, ref: string) => Listed | undefined) =>
  telling((change) => {
    if (change.kind !== 'put') return [change];
    const entries = change.entries.flatMap(([ref, entry]) => {
      const shown = otherwise(entry, ref);
      return shown === undefined ? [] : [[ref, shown] as const];
    });
    return [{ kind: 'put', entries }];
  });

const MARK: Change = { kind: 'mark', cursor: 'early', agoMs: 0, nextMs: 1000 };

/** Mistakes that anybody could make, and what is said of each. */
const MISTAKES: readonly {
  readonly mistake: string;
  readonly follow: (right: Follow) => Follow;
  readonly told: RegExp;
}[] = [
  {
    mistake: 'a listing that never ends',
    follow: telling((change) => (change.kind === 'listed' ? [] : [change])),
    told: /whole listings.*has not listed people to the end/,
  },
  {
    mistake: 'a listing that never begins',
    follow: telling((change) => (change.kind === 'listing' ? [] : [change])),
    told: /no listing of a part "people" has begun/,
  },
  {
    mistake: 'a mark before the listing ends',
    follow: telling((change) => (change.kind === 'listing' ? [change, MARK] : [change])),
    told: /whole listings.*has not listed people to the end/,
  },
  {
    mistake: 'people who are told after the listing has ended',
    follow: telling((change) =>
      change.kind === 'listing' ? [change, { kind: 'listed', part: 'people' }] : [change],
    ),
    told: /the listing of "people" ends, and has not begun/,
  },
  {
    mistake: 'refs that name another part',
    follow: telling((change) =>
      change.kind === 'put'
        ? [{ ...change, entries: change.entries.map(([ref, entry]) => [`x${ref}`, entry]) }]
        : [change],
    ),
    told: /no listing of a part "xpeople" has begun/,
  },
  {
    mistake: 'somebody who is left out',
    follow: showing((entry) => (entry.enabled ? entry : undefined)),
    told: /what it finds: of gone@example.org it tells nothing/,
  },
  {
    mistake: 'disabled people who are told to be enabled',
    follow: showing((entry) => ({ ...entry, enabled: true })),
    told: /of gone@example.org find says enabled false, and follow true/,
  },
  {
    mistake: 'aliases that are left out',
    follow: showing((entry) => ({ ...entry, aliases: [] })),
    told: /of Ann@Example.org find says aliases "a.smith@example.org", and follow ""/,
  },
  {
    mistake: 'other ids than find gives',
    follow: showing((entry) => ({ ...entry, id: entry.address })),
    told: /what it finds: .*nobody told has the id u-ann@example.org/,
  },
  {
    mistake: 'an address of somebody who has left',
    follow: showing((entry) => ({ ...entry, aliases: [...entry.aliases, 'nobody@example.org'] })),
    told: /it tells of nobody@example.org, which is nobody's|find says aliases/,
  },
  {
    mistake: 'a cursor that it can not read itself',
    follow: (right) =>
      async function* (cursor, signal) {
        if (cursor !== undefined) throw new Error('what is this?');
        yield* right(cursor, signal);
      },
    told: /on from its last cursor.*it threw: what is this\?/,
  },
  {
    mistake: 'a cursor from which it lists nobody',
    follow: (right) =>
      async function* (cursor, signal) {
        if (cursor !== undefined)
          yield [{ kind: 'listing', part: 'people' }, { kind: 'listed', part: 'people' }, MARK];
        yield* right(cursor, signal);
      },
    told: /on from its last cursor, and loses nobody: of Ann@Example.org it tells nothing/,
  },
  {
    mistake: 'an abort that it does not hear',
    follow: (right) => (cursor) => right(cursor, new AbortController().signal),
    told: /no more once that has ended: it did not end within/,
  },
  {
    mistake: 'an abort that it hears only between two questions',
    follow: (right) =>
      async function* (cursor, signal) {
        const deaf = new AbortController();
        for await (const batch of right(cursor, deaf.signal)) {
          yield batch;
          signal.throwIfAborted();
          // Its wait hears it.
          signal.addEventListener('abort', () => {
            if (batch.some(({ kind }) => kind === 'mark')) deaf.abort();
          });
        }
      },
    told: /while the store is silent: it did not end within/,
  },
  {
    mistake: 'an end without a throw',
    follow: (right) =>
      async function* (cursor, signal) {
        try {
          yield* right(cursor, signal);
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    told: /no more once that has ended: it ended without throwing/,
  },
];

test.concurrent.each(MISTAKES)('is seen through with $mistake', async ({ follow, told }) => {
  const misdeeds = await examine(follow);
  expect(misdeeds.map(({ check, told: what }) => `${check}: ${what}`).join('\n')).toMatch(told);
});

test.concurrent('one that says by a gap that its cursor leads on no more does nothing wrong', async () => {
  const misdeeds = await examine(
    (right) =>
      async function* (cursor, signal) {
        if (cursor !== undefined) throw new Gap('nothing tells of changes');
        yield* right(cursor, signal);
      },
  );
  expect(misdeeds).toEqual([]);
});
