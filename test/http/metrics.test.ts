import { expect, test } from 'vitest';
import { calendarOf } from '../../src/clock.ts';
import { SECTIONS } from '../../src/http/metrics/sections.ts';
import { createFigures } from '../../src/lookup/observe.ts';
import { makePlace } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { pick, type Series, startLarge, startMetered } from './metrics/fixture.ts';

const ONE = `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: a.yaml, breaker: { probe: 100ms } } }
`;

/** One directory that lists a domain and knows ann. */
async function startOne() {
  const staff = createScripted();
  staff.listed = ['example.com'];
  employ(staff, [account('ann@example.org')]);
  return { staff, ...(await startMetered(ONE, { staff })) };
}

/** What `names` count, without the name and the directory. */
const read = (series: Series, name: string) =>
  Object.fromEntries(
    Object.entries(pick(series, name)).map(([each, value]) => [
      each.slice(name.length).replace('directory="staff",', ''),
      value,
    ]),
  );

test('every family has series at the start', async () => {
  const { read: scrape } = await startLarge();
  const names = [...(await scrape()).keys()].map((each) => each.replace(/\{.*/, ''));
  const missing = SECTIONS.flatMap(({ families }) => families)
    .map(({ name, type }) => (type === 'histogram' ? `${name}_count` : name))
    .filter((name) => !names.includes(name));
  expect(missing).toEqual([]);
});

test.each([
  ['idpmap_lookups_total', 6 * 4],
  ['idpmap_lookup_duration_seconds_bucket', 5 * 2 * 16],
  ['idpmap_directory_lookups_total', 2 * 4],
  ['idpmap_directory_faults_total', 2 * Object.keys(createFigures().causes).length],
  ['idpmap_directory_questions_total', 2 * 3],
  ['idpmap_directory_question_duration_seconds_count', 2],
  ['idpmap_directory_circuit_openings_total', 2],
  ['idpmap_directory_disbelieved_total', 2],
  ['idpmap_connections_total', 1],
  ['idpmap_connections_rejected_total', 5],
  ['idpmap_protocol_errors_total', 7],
  ['idpmap_replies_refused_total', 3],
  ['idpmap_config_reloads_total', 2],
])('%s stands there with 0 for each of %i', async (name, count) => {
  const { read: scrape } = await startLarge();
  // The third directory is asked for its domains.
  const counts = Object.entries(pick(await scrape(), name))
    .filter(([series]) => !series.includes('partners'))
    .map(([, value]) => value);
  expect(counts).toHaveLength(count);
  expect(new Set(counts)).toEqual(new Set([0]));
});

test('five maps over three directories make at most 500 series, and a fleet 100 more', async () => {
  const { read: scrape } = await startLarge();
  const names = [...(await scrape()).keys()];
  const ofFleet = names.filter((name) => name.startsWith('idpmap_fleet_'));
  expect(names.length - ofFleet.length).toBeLessThanOrEqual(500);
  expect(ofFleet.length).toBeLessThanOrEqual(100);
});

test('20 000 lookups of distinct keys and maps make no new series', async () => {
  const { ask, read: scrape } = await startOne();
  const before = [...(await scrape()).keys()];
  for (let i = 0; i < 10_000; i++) {
    await ask('user-exists', `nobody${i}@example${i % 9}.org`);
    await ask(`map${i}`, `nobody${i}@example.org`);
  }
  const after = await scrape();
  expect([...after.keys()]).toEqual(before);
  expect(after.get('idpmap_lookups_total{map="<unknown>",status="PERM"}')).toBe(10_000);
});

test('buckets of lookups have one that ends at exactly the deadline', async () => {
  const { scrape } = await startOne();
  expect(await scrape()).toContain(
    'idpmap_lookup_duration_seconds_bucket{map="user-exists",source="directory",le="0.2"} 0\n',
  );
});

test('a lookup is counted by its answer, and timed by where that came from', async () => {
  const { ask, read: scrape } = await startOne();
  for (const name of ['ann', 'ann', 'bob']) await ask('user-exists', `${name}@example.org`);
  const series = await scrape();
  expect(read(series, 'idpmap_lookups_total{map="user-exists"')).toEqual({
    ',status="OK"}': 2,
    ',status="NOTFOUND"}': 1,
    ',status="TEMP"}': 0,
    ',status="PERM"}': 0,
  });
  expect(read(series, 'idpmap_lookup_duration_seconds_count{map="user-exists"')).toEqual({
    ',source="memory"}': 1,
    ',source="directory"}': 2,
  });
});

test('a question to the directory is counted by what it said', async () => {
  const { ask, staff, read: scrape } = await startOne();
  await ask('user-exists', 'ann@example.org');
  staff.mode = 'fails';
  await ask('user-exists', 'bob@example.org');
  // The domain list was a question too.
  expect(read(await scrape(), 'idpmap_directory_questions_total')).toEqual({
    '{outcome="found"}': 2,
    '{outcome="none"}': 0,
    '{outcome="unknown"}': 1,
  });
});

test('what is under way is seen as such, and no more when it is over', async () => {
  const { ask, staff, read: scrape } = await startOne();
  await scrape();
  staff.mode = 'slow';
  staff.slowMs = 50;
  const answer = ask('user-exists', 'ann@example.org');
  const during = await scrape();
  await answer;
  const after = await scrape();
  const underWay = (series: Series) => [
    series.get('idpmap_lookups_in_flight{map="user-exists"}'),
    series.get('idpmap_directory_in_flight{directory="staff"}'),
  ];
  expect([underWay(during), underWay(after)]).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test('an outage shows: faults by cause, down, circuit open, stale answers; and its end does', async () => {
  const { ask, staff, read: scrape } = await startOne();
  await ask('user-exists', 'ann@example.org');
  staff.mode = 'fails';
  for (let i = 0; i < 20; i++) await ask('user-exists', `new${i}@example.org`);
  const outage = await scrape();
  expect(outage.get('idpmap_directory_up{directory="staff"}')).toBe(0);
  expect(outage.get('idpmap_directory_circuit_open{directory="staff"}')).toBe(1);
  expect(outage.get('idpmap_directory_circuit_openings_total{directory="staff"}')).toBe(1);
  expect(outage.get('idpmap_lookups_total{map="user-exists",status="TEMP"}')).toBe(20);
  const causes = pick(outage, 'idpmap_directory_faults_total{directory="staff",cause=');
  const { directory = 0, 'breaker-open': open = 0 } = byCause(causes);
  expect(directory).toBeGreaterThan(0);
  expect(directory + open).toBe(20);

  staff.mode = 'well';
  await expect
    .poll(async () => (await scrape()).get('idpmap_directory_circuit_open{directory="staff"}'))
    .toBe(0);
  await ask('user-exists', 'new@example.org');
  expect((await scrape()).get('idpmap_directory_up{directory="staff"}')).toBe(1);
});

const byCause = (series: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(series).map(([name, value]) => [/cause="([^"]*)"/.exec(name)?.[1], value]),
  );

test('a directory whose circuit was opened is down, well as it answered', async () => {
  const { ask, read: scrape, sources } = await startOne();
  await ask('user-exists', 'ann@example.org');
  const breaker = sources.state().served.get('staff')?.lane.breaker;
  Object.assign(breaker ?? {}, { isOpen: () => true });
  expect((await scrape()).get('idpmap_directory_up{directory="staff"}')).toBe(0);
});

test('an answer’s time is told on the calendar', async () => {
  const { ask, read: scrape } = await startOne();
  const before = Date.now() / 1000;
  await ask('user-exists', 'ann@example.org');
  const name = 'idpmap_directory_last_answer_timestamp_seconds{directory="staff"}';
  const at = (await scrape()).get(name) ?? 0;
  expect(Math.abs(at - before)).toBeLessThan(60);
});

test('memory is told by kind, people and tables together', async () => {
  const { ask, read: scrape } = await startOne();
  await ask('user-exists', 'ann@example.org');
  await ask('user-exists', 'bob@example.org');
  const series = await scrape();
  expect(read(series, 'idpmap_memory_entries')).toEqual({
    '{table="",outcome="found"}': 1,
    '{table="",outcome="none"}': 1,
    '{table="",outcome="unknown"}': 0,
  });
  expect(read(series, 'idpmap_memory_max_entries')).toEqual({
    '{table="",outcome="found"}': 100_000,
    '{table="",outcome="none"}': 50_000,
    '{table="",outcome="unknown"}': 10_000,
  });
});

test('what a directory counts is shown under its own names, and what expires as such', async () => {
  const { read: scrape } = await startLarge();
  const series = await scrape();
  expect(pick(series, 'idpmap_directory_figure')).toEqual({
    'idpmap_directory_figure{directory="legacy",figure="held"}': 0,
    'idpmap_directory_figure{directory="partners",figure="held"}': 0,
    'idpmap_directory_figure{directory="staff",figure="accounts"}': 3,
    'idpmap_directory_figure{directory="staff",figure="held"}': 0,
  });
  expect(pick(series, 'idpmap_directory_credential')).toEqual({
    'idpmap_directory_credential_expiry_timestamp_seconds{directory="staff",credential="token"}': 1_700_000_000.5,
  });
});

test('domains are told of directories that list them', async () => {
  const { read: scrape } = await startLarge();
  await expect
    .poll(async () => pick(await scrape(), 'idpmap_directory_domains'))
    .toEqual({
      'idpmap_directory_domains{directory="partners"}': 2,
      'idpmap_directory_domains_held{directory="partners"}': 0,
      'idpmap_directory_domains_failures_total{directory="partners"}': 0,
    });
});

test('a list of domains that is held back shows until it is accepted', async () => {
  const staff = createScripted();
  staff.listed = [];
  const { read: scrape, accept } = await startMetered(ONE, { staff });
  const isHeld = async () =>
    (await scrape()).get('idpmap_directory_domains_held{directory="staff"}');
  await expect.poll(isHeld).toBe(1);
  accept('staff');
  expect(await isHeld()).toBe(0);
});

test('a failed reload shows', async () => {
  const { sources, read: scrape } = await startOne();
  Object.assign(sources.reloads, { failed: 1, isLastGood: false });
  expect(pick(await scrape(), 'idpmap_config_')).toMatchObject({
    'idpmap_config_reloads_total{outcome="failed"}': 1,
    idpmap_config_last_reload_successful: 0,
    idpmap_config_last_reload_success_timestamp_seconds: calendarOf(5000) / 1000,
    idpmap_config_domains: 1,
    idpmap_config_stale_seconds: 86_400,
  });
});

test('the same settings have the same hash, others another one', async () => {
  const place = await makePlace();
  const hashOf = async (config: string): Promise<number | undefined> => {
    const { read: scrape } = await startMetered(config, { staff: createScripted() }, place);
    return (await scrape()).get('idpmap_config_hash');
  };
  const hash = await hashOf(ONE);
  expect(await hashOf(ONE)).toBe(hash);
  expect(await hashOf(`deadline: 150ms\n${ONE}`)).not.toBe(hash);
});

test('two daemons in one process count apart', async () => {
  const [one, two] = [await startOne(), await startOne()];
  await one.ask('user-exists', 'ann@example.org');
  const name = 'idpmap_lookups_total{map="user-exists",status="OK"}';
  expect([(await one.read()).get(name), (await two.read()).get(name)]).toEqual([1, 0]);
});
