import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listingNone, STAFF, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANN = ['user-exists', 'ann@example.org'] as const;
const CONFIG = `cache: { file: memory, stale: 1d }\n${STAFF}`;

/** Lets a daemon that knows ann save what it remembers, and end. */
async function saveAnn(): Promise<string> {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const { daemon, ask, place } = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  await daemon.stop();
  return place;
}

/** Changes the head of what was saved, and seals it again. */
async function rewriteHead(
  place: string,
  change: (head: { savedAt: number }) => object,
): Promise<void> {
  const path = join(place, 'memory');
  const [head = '', ...rest] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const body = [JSON.stringify(change(JSON.parse(head))), ...rest.slice(0, -1), ''].join('\n');
  const sha256 = createHash('sha256').update(body).digest('hex');
  await writeFile(path, `${body}${JSON.stringify({ is: 'tail', sha256 })}\n`);
}

/** What a daemon says of ann that starts in an outage. */
async function askInOutage(place: string): Promise<string> {
  const down = async () => Promise.reject(new Error('down'));
  const staff = { ...createScripted(), find: down, probe: down };
  const { ask } = await startInstance({ place, config: CONFIG, directories: { staff } });
  return ask(...ANN);
}

describe('after a restart in an outage', () => {
  test.each([
    ['as it is', 0],
    ['two days behind', -2 * DAY_MS],
    ['in 1996', -30 * 365 * DAY_MS],
    ['a day ahead', DAY_MS],
    ['five hours ahead', 5 * HOUR_MS],
  ])('everybody is known, though the calendar was %s when memory was saved', async (_, ms) => {
    const place = await saveAnn();
    await rewriteHead(place, (head) => ({ ...head, savedAt: head.savedAt + ms }));
    expect(await askInOutage(place)).toBe('OK ann@example.org');
  });

  test.each([
    ['an older version saved', (head: object) => ({ ...head, boot: undefined, upMs: undefined })],
    ['was saved before the system started', (head: object) => ({ ...head, boot: 'before' })],
  ])('the calendar counts for what %s', async (_, change) => {
    const place = await saveAnn();
    await rewriteHead(place, (head) => ({ ...change(head), savedAt: head.savedAt - DAY_MS }));
    expect(await askInOutage(place)).toMatch(/^TEMP idpmap /);
  });

  test('a file of the future that was saved before the system started is taken for new', async () => {
    const place = await saveAnn();
    await rewriteHead(place, ({ savedAt, ...head }) => ({
      ...head,
      boot: 'before',
      savedAt: savedAt + DAY_MS,
    }));
    expect(await askInOutage(place)).toBe('OK ann@example.org');
  });
});
