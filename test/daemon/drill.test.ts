import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drill } from '../../src/daemon/drill.ts';
import { silentLog } from '../../src/log.ts';
import { makePlace, settingsOf, startInstance } from '../support/instance.ts';

const CONFIG = `
domains:
  example.org: { directory: staff, roles: { postmaster: ann@example.org } }
  example.net: { aliasOf: example.org }
deadline: 20ms # less than a people file takes to be read
directories: { staff: { type: file, path: people.yaml, timeout: 300ms, breaker: { probe: 100ms } } }
cache: { unknown: 0ms }
`;
const DEMO = `
domains: { example.com: { directory: demo } }
directories: { demo: { type: demo, breaker: { minimum: 1000 } } }
`;
const PEOPLE = `
accounts: [{ address: ann@example.org, aliases: [a@example.org] }]
groups: [{ address: team@example.org, members: [ann@example.org] }]
`;
const KNOWN = ['ann@example.org', 'a+x@example.org', 'team@example.org', 'ann@example.net'];

async function makeCompany(people = PEOPLE): Promise<string> {
  const place = await makePlace();
  await writeFile(join(place, 'people.yaml'), people);
  return place;
}

async function rehearse(place: string, how: 'refuse' | 'hang', addresses: readonly string[]) {
  const settings = await settingsOf(CONFIG, place);
  return drill({ settings, addresses, how, cutMs: 1, log: silentLog });
}

test.each(['refuse', 'hang'] as const)(
  'a sound configuration passes where directories %s',
  async (how) => {
    const report = await rehearse(await makeCompany(), how, [...KNOWN, 'nobody@example.org']);
    expect(report).toMatchObject({
      before: { 250: 4, 451: 0, 550: 1, 554: 0 },
      known: { 250: 4, 451: 0, 550: 0, 554: 0 },
      strangers: { 250: 0, 451: 40, 550: 0, 554: 0 },
      after: { 250: 4, 451: 0, 550: 1, 554: 0 },
      passed: true,
    });
    expect(report.recoveredAfterMs).toBeGreaterThanOrEqual(0);
  },
);

test('a directory that is broken from the start does not pass', async () => {
  const report = await rehearse(await makeCompany('accounts: nonsense'), 'refuse', KNOWN);
  expect(report).toMatchObject({ before: { 250: 0, 451: 4 }, passed: false });
});

/** No file has to be read, and no circuit opens. */
async function rehearseDemo(cache: string, addresses: readonly string[], place?: string) {
  const config = `${DEMO}cache: ${cache}`;
  const settings = await settingsOf(config, place ?? (await makePlace()));
  return drill({ settings, addresses, how: 'refuse', cutMs: 1, log: silentLog });
}

test('a drill for people who are not there does not pass', async () => {
  const report = await rehearseDemo('{}', ['nobody@example.com']);
  expect(report).toMatchObject({ before: { 250: 0, 550: 1 }, passed: false });
});

test('a bound that forgets at once does not pass', async () => {
  const report = await rehearseDemo('{ stale: 0ms, unknown: 0ms }', ['test@example.com']);
  expect(report).toMatchObject({ before: { 250: 1 }, known: { 250: 0, 451: 1 }, passed: false });
});

test('a domain at which everybody is there defers its strangers, and passes', async () => {
  const report = await rehearseDemo('{ unknown: 0ms }', ['test@example.com']);
  expect(report).toMatchObject({ strangers: { 250: 0, 451: 20 }, passed: true });
});

test('the running daemon is not touched', async () => {
  const place = await makePlace();
  const { command, ask } = await startInstance({ place, config: DEMO });
  await ask('user-exists', 'test@example.com');
  const before = await command('figures', {});
  expect(await rehearseDemo('{}', ['test@example.com'], place)).toMatchObject({ passed: true });
  expect(await command('figures', {})).toEqual(before);
});
