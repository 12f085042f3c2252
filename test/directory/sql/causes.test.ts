import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ask, Directory } from '../../../src/directory/directory.ts';
import { withBreaker } from '../../../src/lookup/breaker.ts';
import { consult } from '../../../src/lookup/consult.ts';
import { plain } from '../../support/plain.ts';
import { openSqlForTest } from '../../support/sql/population.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';
import { createTripwire } from '../../support/tripwire.ts';
import { BY_ENTRY } from './causes/entries.ts';
import { OF_FILES } from './causes/files.ts';
import { BY_KEY } from './causes/keys.ts';
import type { FileRow, Row } from './causes/row.ts';
import { openScripted } from './causes/scripted.ts';
import { BY_SERVER } from './causes/servers.ts';

/** All faults of the adapters, who can cause them, and whether they open the circuit. */
const ROWS: readonly Row[] = [...BY_KEY, ...BY_ENTRY, ...BY_SERVER];

const { signal } = new AbortController();
const KNOWN = 'ann@example.org';
const nobody = 'nobody@example.org';

/** Asks, whatever becomes of it: as much as can be learnt is. */
const warm = async (directory: Directory): Promise<unknown> =>
  Promise.allSettled([KNOWN, nobody].map(async (key) => plain(directory).find(key, signal)));

interface Question {
  readonly key?: string;
  readonly table?: string;
  readonly anew?: true;
}

/** What becomes of a question, and of a circuit that one failure opens. */
async function judge(directory: Directory, { key = 'evil@example.org', table, anew }: Question) {
  const breaker = createTripwire();
  const ask: Ask<unknown> = async (text, how) => {
    if (table === undefined) return directory.find(text, how);
    const tableOf = directory.table?.({ table });
    if (tableOf === undefined) throw new Error('it has no tables');
    return tableOf(text, how);
  };
  const how = anew === undefined ? {} : { anew };
  const settled = await withBreaker<unknown>(breaker, 'staff')(consult(ask, 'staff', how))(
    key,
    signal,
  );
  return {
    kind: settled.status === 'unknown' ? settled.cause : settled.status,
    opens: breaker.isOpen(),
  };
}

async function provoke(row: Row) {
  const { directory, world } = openScripted(row);
  await warm(directory);
  row.after?.(world);
  if (row.isClosed === true) await directory.close();
  return judge(directory, row);
}

async function openFile({ settings }: Pick<FileRow, 'settings'>) {
  const place = await makeTemporaryDirectory('idpmap-causes');
  onTestFinished(() => place.remove());
  const path = join(place.path, 'users.sqlite');
  using database = new DatabaseSync(path);
  database.exec(`CREATE TABLE users (address TEXT); INSERT INTO users VALUES ('${KNOWN}')`);
  const directory = await openSqlForTest({
    type: 'sqlite',
    path,
    people: { account: "SELECT address FROM users WHERE address = '%s'" },
    // A busy machine of the tests is no fault of the file.
    statementTimeout: '20s',
    ...settings,
  });
  return { directory, path };
}

async function provokeFile(row: FileRow) {
  const { directory, path } = await openFile(row);
  await warm(directory);
  const end = row.after?.(path);
  const judged = await judge(directory, row);
  end?.();
  return judged;
}

/** Where faults are made, and how many. */
const PLACES: Readonly<Record<string, number>> = {
  'mysql/copy.ts': 1,
  'mysql/errors.ts': 5,
  'postgresql/engine.ts': 2,
  'postgresql/errors.ts': 6,
  'postgresql/notify/listen.ts': 1,
  'sql/connect/ask.ts': 3,
  'sql/connect/blame.ts': 1,
  'sql/connect/connection.ts': 4,
  // A mirror is fed beside the questions.
  'sql/follow/count.ts': 1,
  'sql/follow/offer.ts': 1,
  'sql/follow/pages.ts': 1,
  'sql/people/aliases.ts': 1,
  'sql/people/entries.ts': 2,
  'sql/people/groups.ts': 2,
  'sql/people/rows.ts': 1,
  'sql/people/values.ts': 4,
  'sql/sql.ts': 3,
  'sql/tables.ts': 1,
  'sql/trust/trusts.ts': 1,
  'sql/trust/witnesses.ts': 3,
  'sqlite/engine.ts': 3,
  'sqlite/errors.ts': 5,
  'sqlite/process.ts': 1,
};

const FOLDERS = ['mysql', 'postgresql', 'sql', 'sqlite'];

describe('a fault', () => {
  test.each(ROWS)('by a $cause: $fault', async (row) => {
    expect(await provoke(row)).toEqual({ kind: row.kind, opens: row.opens });
  });

  test.each(OF_FILES)('of a file by a $cause: $fault', async (row) => {
    expect(await provokeFile(row)).toEqual({ kind: row.kind, opens: row.opens });
  });

  test.each([...ROWS, ...OF_FILES].filter(({ cause }) => cause === 'stranger' || cause === 'user'))(
    'that a $cause can choose opens no circuit: $fault',
    ({ opens }) => {
      expect(opens).toBe(false);
    },
  );

  test('of a file is caused by no key, whatever it is, where statements only compare it', async () => {
    const { directory } = await openFile({
      settings: { tables: { odd: { query: "SELECT address FROM users WHERE address = '%s'" } } },
    });
    await warm(directory);
    const ask = plain(directory).table?.({ table: 'odd' });
    const odd = ['\0', '\ud800', "'", "''--", '%', '%s', '"', '\\', '?1', 'x'.repeat(2 ** 20)];
    const keys = fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 400 }));
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        expect(await ask?.(key, signal)).toEqual([]);
      }),
    );
  });

  test('is of one of these places, each of which a row was written for', () => {
    const made = FOLDERS.flatMap((folder) =>
      readdirSync(join('src/directory', folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name): readonly (readonly [string, number])[] => {
          const text = readFileSync(join('src/directory', folder, name), 'utf8');
          const count = text.match(/new (?:Fault|Lost|Overrun)\(/g)?.length ?? 0;
          return count === 0 ? [] : [[`${folder}/${name}`, count]];
        }),
    );
    expect(Object.fromEntries(made)).toEqual(PLACES);
  });
});
