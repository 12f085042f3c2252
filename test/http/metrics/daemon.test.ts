import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Daemon } from '../../../src/daemon/daemon.ts';
import { listingNone, startInstance } from '../../support/instance.ts';
import { describeWith } from '../../support/requirement.ts';
import { account, createScripted, employ } from '../../support/scripted.ts';
import { pick, readSeries } from './fixture.ts';

const CONFIG = `
http: tcp://127.0.0.1:0
cache: { fresh: 0ms, unknown: 0ms }
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: a.yaml, breaker: { probe: 100ms } } }
`;

async function scrape({ http }: Daemon): Promise<string> {
  if (http?.kind !== 'tcp') throw new Error('the daemon serves no HTTP over TCP');
  const reply = await fetch(`http://${http.host}:${http.port}/metrics`);
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return reply.text();
}

/** A running daemon with one directory that knows ann. */
async function start() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  return { ...instance, staff, series: async () => readSeries(await scrape(instance.daemon)) };
}

test('an outage changes what /metrics tells: stale answers and delays, a cause, a directory that is down', async () => {
  const { ask, staff, series } = await start();
  await ask('user-exists', 'ann@example.org');
  const before = await series();
  staff.mode = 'fails';
  await ask('user-exists', 'ann@example.org');
  await ask('user-exists', 'bob@example.org');
  const during = await series();
  const changed = [...during]
    .filter(([name, value]) => value !== before.get(name))
    .filter(([name]) => /^idpmap_(?:lookups|directory_(?:lookups|faults|up))/.test(name))
    .map(([name, value]) => `${name} ${value}`);
  expect(changed).toEqual([
    'idpmap_lookups_total{map="user-exists",status="OK"} 2',
    'idpmap_lookups_total{map="user-exists",status="TEMP"} 1',
    'idpmap_directory_up{directory="staff"} 0',
    'idpmap_directory_lookups_total{directory="staff",outcome="stale"} 1',
    'idpmap_directory_lookups_total{directory="staff",outcome="unknown"} 1',
    'idpmap_directory_faults_total{directory="staff",cause="directory"} 2',
  ]);
});

test('a listener’s connections and what was wrong with them are told', async () => {
  const { ask, series } = await start();
  await ask('no-such-map', 'ann@example.org');
  const told = await series();
  expect(told.get('idpmap_requests_total')).toBe(1);
  expect(told.get('idpmap_lookups_total{map="<unknown>",status="PERM"}')).toBe(1);
  const [listener] = Object.entries(pick(told, 'idpmap_connections_open'));
  expect(listener).toEqual([
    expect.stringMatching(/^idpmap_connections_open\{listener="unix:.*\/socketmap"\}$/),
    1,
  ]);
});

test('reloads are told, and a directory whose section changed begins anew', async () => {
  const { ask, daemon, series, read } = await start();
  await ask('user-exists', 'ann@example.org');
  const name = 'idpmap_directory_lookups_total{directory="staff",outcome="found"}';
  const lookups = 'idpmap_lookups_total{map="user-exists",status="OK"}';
  const before = await series();
  await daemon.reload(await read(CONFIG.replace('100ms', '200ms')));
  daemon.countFailedReload('nobody can read it');
  const after = await series();
  expect([before.get(name), after.get(name)]).toEqual([1, 0]);
  expect([before.get(lookups), after.get(lookups)]).toEqual([1, 1]);
  expect(after.get('idpmap_config_hash')).not.toBe(before.get('idpmap_config_hash'));
  expect(pick(after, 'idpmap_config_reloads_total')).toEqual({
    'idpmap_config_reloads_total{outcome="succeeded"}': 1,
    'idpmap_config_reloads_total{outcome="failed"}': 1,
  });
  expect(after.get('idpmap_config_last_reload_successful')).toBe(0);
});

describeWith(['prometheus'], 'promtool', () => {
  test('finds nothing to say of a live scrape', async () => {
    const { ask, daemon } = await start();
    for (const name of ['ann', 'bob']) await ask('user-exists', `${name}@example.org`);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await scrape(daemon),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

test('metrics tell no address and no key', async () => {
  const { ask, daemon } = await start();
  await ask('user-exists', 'canary@example.org');
  await ask('canary', 'canary@canary.example');
  expect(await scrape(daemon)).not.toContain('canary');
});
