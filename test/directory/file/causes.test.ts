import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ask, Cause, Entry, Finding } from '../../../src/directory/directory.ts';
import type { FileDirectorySettings } from '../../../src/directory/file/file.ts';
import { findingOf, none } from '../../../src/directory/finding.ts';
import { askEntries } from '../../../src/directory/people/ask.ts';
import { withBreaker } from '../../../src/lookup/breaker.ts';
import { consult } from '../../../src/lookup/consult.ts';
import { createTripwire } from '../../support/tripwire.ts';
import { makePlace, openPlace, people, type Telling, write } from './fixture.ts';

/**
 * Who can cause a fault: a `stranger` who only sends mail, a `user` who is in the file, the `admin` who writes it or
 * idpmap's settings, the `network`, the `server`: the disk that the file lies on, and the daemon's own start and stop.
 */
type Causer = 'stranger' | 'user' | 'admin' | 'network' | 'server';

/** One fault that the adapter can raise, and how a test brings it about. */
interface Row {
  readonly fault: string;
  readonly cause: Causer;
  readonly kind: Cause;
  /** Whether it counts against the directory, so that enough of it opens the circuit. */
  readonly opens: boolean;
  /** What the file holds, if it is there. */
  readonly text?: string;
  readonly settings?: Partial<FileDirectorySettings>;
  /** What becomes of it later. */
  readonly after?: (place: string, told: Telling) => Promise<unknown>;
  /** Who is asked for. */
  readonly key?: string;
  /** Which table is asked. */
  readonly table?: string;
  /** Whether it was closed before. */
  readonly isClosed?: true;
}

const ofKey = { cause: 'admin', kind: 'entry', opens: false } as const;
const inDoubt = { cause: 'admin', kind: 'doubt', opens: false } as const;

const NESTED = `groups:
  - { address: a@example.org, members: [b@example.org] }
  - { address: b@example.org, members: [c@example.org] }
  - { address: c@example.org, members: [x@example.net, y@example.net] }
`;

const ROWS: readonly Row[] = [
  {
    ...ofKey,
    fault: 'two hold one alias',
    text: `accounts:
  - { address: ann@example.org, aliases: [it@example.org] }
  - { address: bob@example.org, aliases: [it@example.org] }
`,
    key: 'it@example.org',
  },
  {
    ...ofKey,
    fault: 'groups lie too deep',
    text: NESTED,
    settings: { groups: { depth: 1, members: 5 } },
    key: 'a@example.org',
  },
  {
    ...ofKey,
    fault: 'a group has too many members',
    text: NESTED,
    settings: { groups: { depth: 3, members: 1 } },
    key: 'c@example.org',
  },
  { ...ofKey, fault: 'there is no such table', table: 'lists', key: 'a' },
  {
    ...ofKey,
    fault: 'two keys of a table mean the same',
    text: 'tables:\n  lists: { Straße: [a], strasse: [b] }\n',
    table: 'lists',
    key: 'strasse',
  },
  {
    ...ofKey,
    fault: 'only the edit that is held has somebody',
    text: people(
      'ann',
      'bob',
      'cyd',
      'dan',
      'eve',
      'fay',
      'gus',
      'hal',
      'ida',
      'jim',
      'kit',
      'lea',
    ),
    after: async (place, told) => {
      await write(place, people('ann', 'new'));
      await told.next('error');
    },
    key: 'new@example.org',
  },
  {
    ...inDoubt,
    fault: 'the newest content is broken',
    after: async (place, told) => {
      await write(place, 'accounts: [');
      await told.next('error');
    },
  },
  {
    ...inDoubt,
    fault: 'the newest content is cut off',
    text: `sealed: true\n${people('ann')}end: { accounts: 1 }\n`,
    after: async (place, told) => {
      await write(place, `sealed: true\n${people('ann')}`);
      await told.next('error');
    },
  },
  {
    ...inDoubt,
    cause: 'server',
    fault: 'the file is gone',
    after: async (place, told) => {
      await rm(join(place, 'people.yaml'));
      await told.next('error');
    },
  },
  {
    fault: 'no content was good since the start',
    cause: 'admin',
    kind: 'directory',
    opens: true,
    text: 'accounts: [',
    after: (_, told) => told.next('error'),
  },
  { fault: 'it is closed', cause: 'server', kind: 'shutdown', opens: false, isClosed: true },
];

const given = <T>(values: readonly T[]): Finding<T> =>
  findingOf(values, () => none('content', 'it'));

/** What becomes of a row's question, and of a circuit that one failure opens. */
async function provoke({ text = people('ann'), settings, after, table, ...row }: Row) {
  const place = await makePlace();
  await write(place, text);
  const { directory, told } = openPlace(place, settings);
  if (row.kind !== 'directory') await told.loaded();
  await after?.(place, told);
  if (row.isClosed === true) await directory.close();
  const breaker = createTripwire();
  const find: Ask<Entry> = async (key, how) => given(await directory.find(key, how.signal));
  const holders = askEntries({ find }, { sharedAliases: false }, { dropped: 0 });
  const ask: Ask<unknown> = async (key, how) =>
    table === undefined
      ? holders(key, how)
      : given((await directory.table?.({ table })(key, how.signal)) ?? []);
  const flight = withBreaker<unknown>(breaker, 'staff')(consult(ask, 'staff'));
  const outcome = await flight(row.key ?? 'nobody@example.org', new AbortController().signal);
  return {
    kind: outcome.status === 'unknown' ? outcome.cause : outcome.status,
    opens: breaker.isOpen(),
  };
}

describe('a fault', () => {
  test.each(ROWS)('by a $cause: $fault', async (row) => {
    expect(await provoke(row)).toEqual({ kind: row.kind, opens: row.opens });
  });

  test('can’t be caused by a stranger, whatever is asked for', async () => {
    const place = await makePlace();
    await write(place, people('ann'));
    const { directory, told } = openPlace(place);
    await told.loaded();
    const { signal } = new AbortController();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (key) => {
        await directory.find(key, signal);
      }),
    );
  });
});
