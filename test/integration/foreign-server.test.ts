import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type MapClient, notFound, ok } from '../../src/index.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** In a thousand years: the server then asks nobody anew. */
const LATER_S = 32_000_000_000;

// Debian's postsrsd is 1.10, which speaks tcp_table(5); this is the server in Debian 12 that speaks socketmap.
describeWith(['mtaSts'], 'a server by somebody else: postfix-mta-sts-resolver', () => {
  let place: TemporaryDirectory;
  let server: RunningProcess;
  let client: MapClient;

  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-foreign');
    const [port = 0] = await findFreePorts(1);
    const cache = join(place.path, 'cache.db');
    const config = join(place.path, 'config.yml');
    writePolicies(cache);
    await writeFile(
      config,
      `host: 127.0.0.1\nport: ${port}\nshutdown_timeout: 1\ncache: { type: sqlite, options: { filename: ${cache} } }\n`,
    );
    server = startProcess('mta-sts-daemon', ['--config', config], {
      cwd: place.path,
      env: { PATH: process.env['PATH'] ?? '' },
    });
    client = createClient(`tcp://127.0.0.1:${port}`, { timeoutMs: 20_000, connections: 3 });
    const isUp = async () => (await client.lookup('postfix', '192.0.2.1')).status !== 'TEMP';
    if (!(await until(isUp, 20_000))) throw new Error(server.output());
  });
  afterAll(async () => {
    client?.close();
    await server?.stop();
    await place?.remove();
  });

  test('its data comes as it is', async () => {
    expect(await client.lookup('postfix', 'enforced.example')).toEqual(
      ok('secure match=mx.enforced.example servername=hostname'),
    );
  });

  test('its "not found" is one', async () => {
    expect(await client.lookup('postfix', 'untested.example')).toEqual(notFound());
    expect(await client.lookup('postfix', '192.0.2.1')).toEqual(notFound());
  });

  test('many at once over several connections get an answer each, their own', async () => {
    const keys = Array.from(
      { length: 60 },
      (_, i) => `${i % 2 === 0 ? 'enforced' : 'untested'}.example`,
    );
    const statuses = await Promise.all(
      keys.map(async (key) => (await client.lookup('postfix', key)).status),
    );
    expect(statuses).toEqual(keys.map((key) => (key.startsWith('enf') ? 'OK' : 'NOTFOUND')));
  });

  test('a connection that it ends over a request that it can not read is TEMP', async () => {
    expect(await client.lookup('postfix', 'bücher.example')).toMatchObject({ status: 'TEMP' });
    expect(await client.lookup('postfix', 'enforced.example')).toMatchObject({ status: 'OK' });
  });

  test('it is TEMP when it has gone', async () => {
    await server.stop();
    expect(await client.lookup('postfix', 'enforced.example')).toMatchObject({ status: 'TEMP' });
  });
});

/** What it would have learnt from DNS and by HTTPS. */
function writePolicies(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(
    'create table sts_policy_cache (domain text, ts integer, pol_id text, pol_body text); create unique index sts_policy_domain on sts_policy_cache (domain)',
  );
  const insert = database.prepare('insert into sts_policy_cache values (?, ?, ?, ?)');
  for (const [name, mode] of [
    ['enforced.example', 'enforce'],
    ['untested.example', 'none'],
  ] as const) {
    const body = { version: 'STSv1', mode, mx: [`mx.${name}`], max_age: 604_800 };
    insert.run(name, LATER_S, '1', JSON.stringify(body));
  }
  database.close();
}
