import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { none } from '../../../src/directory/finding.ts';
import { silentLog } from '../../../src/log.ts';
import { createBreaker, withBreaker } from '../../../src/lookup/breaker.ts';
import { consult } from '../../../src/lookup/consult.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { LOGIN } from './causes/login.ts';
import { PEOPLE } from './causes/people.ts';
import { REPLIES } from './causes/replies.ts';
import type { Given, Row } from './causes/row.ts';
import { BESIDE, TRUST } from './causes/trust.ts';
import { makePlace, NOBODY, openOn, signal, start } from './fixture.ts';

/** Every fault of the directory, who can cause it, and whether it opens the circuit. */
const ROWS: readonly Row[] = [...REPLIES, ...LOGIN, ...PEOPLE, ...TRUST];

/** Asks as the daemon does, through a circuit that opens at the first failure that counts. */
async function provoke(given: Given) {
  const place = given.isSecure === true ? await makePlace() : undefined;
  const keycloak = await start(place === undefined ? undefined : makeCertificate(place, 'sso'));
  given.prepare?.(keycloak);
  const ends = new AbortController();
  const { script } = given;
  const tell = (): void => {
    if (script !== undefined) keycloak.script = (asked) => script(asked, ends);
  };
  if (given.early === true) tell();
  const { directory } = openOn(keycloak, given.settings);
  if (given.early !== true) await directory.find(NOBODY, signal).catch(() => {});
  tell();
  await given.before?.(directory, keycloak);

  const breaker = createBreaker({
    name: 'people',
    failures: 0,
    minimum: 1,
    windowMs: 60_000,
    probeMs: 60_000,
    probe: async () => {},
    lifetime: signal,
    healed: () => {},
    log: silentLog,
  });
  onTestFinished(() => breaker.stop());
  const asking = consult<unknown>(async (key, how) => {
    const [first, ...rest] = await directory.find(key, how.signal);
    return first === undefined
      ? none('form', 'nobody')
      : { status: 'found', value: [first, ...rest] };
  }, 'people');
  const outcome = await withBreaker<unknown>(breaker, 'people')(asking)(
    given.key ?? NOBODY,
    ends.signal,
  );
  return { outcome, isOpen: breaker.isOpen() };
}

test.each(ROWS)('$cause: “$fault” ($kind) opens a circuit: $opens', async (row) => {
  const { outcome, isOpen } = await provoke(row.given);
  expect(outcome).toMatchObject({
    status: 'unknown',
    cause: row.kind,
    reason: expect.stringContaining(row.fault),
  });
  expect(isOpen).toBe(row.opens);
});

test('nothing that a stranger or a user can cause opens a circuit', () => {
  const weak = ROWS.filter(({ cause }) => cause === 'a stranger' || cause === 'a user');
  expect(weak.filter(({ opens }) => opens).map(({ fault }) => fault)).toEqual([]);
  expect(weak.length).toBeGreaterThan(15);
});

/** Where a fault is made in the source, each by its own class. */
const MADE =
  /\bnew (?:Fault|Transient|Refused|Unauthorized|Forbidden|NotThere|TooLong|BlockedValue)\(/g;

test('each place where a fault is made has a row', () => {
  const root = join(import.meta.dirname, '../../../src/directory/keycloak');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const made = files
    .map((file) => [file, readFileSync(join(root, file), 'utf8').match(MADE)?.length ?? 0] as const)
    .filter(([, count]) => count > 0);
  const lacking = made.filter(
    ([file, count]) => [...ROWS, ...BESIDE].filter(({ at }) => at === file).length < count,
  );
  expect(lacking).toEqual([]);
});
