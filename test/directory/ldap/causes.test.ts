import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Ask, Directory } from '../../../src/directory/directory.ts';
import { withBreaker } from '../../../src/lookup/breaker.ts';
import { consult } from '../../../src/lookup/consult.ts';
import { createTripwire } from '../../support/tripwire.ts';
import { BY_ENTRY } from './causes/entries.ts';
import { BY_KEY } from './causes/keys.ts';
import type { Row } from './causes/row.ts';
import { BY_SERVER } from './causes/servers.ts';
import { CONTAINERS, openOver, person, says, team } from './memory/open.ts';
import { type MemoryServer, startMemory } from './memory/server.ts';

/** All faults of the adapter, who can cause them, and whether they open the circuit. */
const ROWS: readonly Row[] = [...BY_KEY, ...BY_ENTRY, ...BY_SERVER];

afterEach(() => vi.useRealTimers());

/** A world that all rows begin with. */
const WORLD = {
  ...CONTAINERS,
  ...person('svc'),
  ...person('ann', { mailAlternateAddress: 'anna@example.org' }),
  ...person('bob'),
  ...team('team', ['ann', 'bob']),
};

const SEARCH_MS = 5000;

/** What becomes of a row's question, and of a circuit that one failure opens. */
async function provoke(row: Row): Promise<{ readonly kind: string; readonly opens: boolean }> {
  const server = await startMemory({ ...WORLD, ...row.entries });
  row.before?.(server);
  const directory = openOver(server, { searchTimeout: SEARCH_MS, ...row.settings });
  await says(directory, 'ann@example.org');
  await says(directory, 'nobody@example.org');
  row.after?.(server);
  const breaker = createTripwire();
  const { key = 'evil@example.org' } = row;
  if (row.waits !== undefined) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const flight = withBreaker<unknown>(breaker, 'staff')(consult(asked(directory, row), 'staff'));
  const outcome = flight(key, new AbortController().signal);
  if (row.waits !== undefined) await letTimePass(server, directory, row.waits);
  const settled = await outcome;
  return {
    kind: settled.status === 'unknown' ? settled.cause : settled.status,
    opens: breaker.isOpen(),
  };
}

function asked(directory: Directory, { table }: Row): Ask<unknown> {
  if (table === undefined) return (key, how) => directory.find(key, how);
  return async (key, how) => {
    const ask = directory.table?.({ table });
    if (ask === undefined) throw new Error('it has no tables');
    return ask(key, how);
  };
}

async function letTimePass(
  { peer }: MemoryServer,
  directory: Directory,
  who: Row['waits'],
): Promise<void> {
  await vi.waitFor(() => expect(peer.asked.some(({ text }) => text.includes('evil'))).toBe(true));
  await vi.advanceTimersByTimeAsync(SEARCH_MS / 2);
  if (who === 'others answered')
    expect(await says(directory, 'ann@example.org')).toBe('ann@example.org');
  await vi.advanceTimersByTimeAsync(SEARCH_MS / 2);
}

/** Where faults are made, and how many. */
const PLACES: Readonly<Record<string, number>> = {
  'ldap.ts': 1,
  'people/branch.ts': 1,
  'people/find.ts': 1,
  'people/lost.ts': 1,
  'people/members.ts': 3,
  'people/valueranges.ts': 1,
  'servers/blame.ts': 1,
  'servers/login.ts': 1,
  'servers/results.ts': 6,
  'tables/expansion.ts': 2,
  'tables/references.ts': 1,
  'tables/tables.ts': 1,
  'trust/access.ts': 1,
  'trust/canary.ts': 1,
  'trust/named.ts': 1,
  'trust/peopletrust.ts': 1,
  'trust/proof.ts': 2,
  'trust/root.ts': 1,
  'trust/schema.ts': 1,
  'trust/tabletrust.ts': 2,
  'trust/witness.ts': 3,
  'wire/connection.ts': 2,
  'wire/open.ts': 4,
  'wire/operations.ts': 1,
};

describe('a fault', () => {
  test.each(ROWS)('by a $cause: $fault', async (row) => {
    expect(await provoke(row)).toEqual({ kind: row.kind, opens: row.opens });
  });

  test.each(ROWS.filter(({ cause }) => cause === 'stranger' || cause === 'user'))(
    'that a $cause can choose opens no circuit: $fault',
    ({ opens }) => {
      expect(opens).toBe(false);
    },
  );

  test('is of one of these places, each of which a row was written for', () => {
    const folder = 'src/directory/ldap';
    // What ends a feed is told by the mirror, whose people answer on: no question, and no circuit, hears of it.
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('follow/'),
    );
    const made = files.flatMap((name): readonly (readonly [string, number])[] => {
      const text = readFileSync(join(folder, name), 'utf8');
      const count = text.match(/new (?:Fault|Untrusted|Lost|Refused)\(/g)?.length ?? 0;
      return count === 0 ? [] : [[name, count]];
    });
    expect(Object.fromEntries(made)).toEqual(PLACES);
  });
});
