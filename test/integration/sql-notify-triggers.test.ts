import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRESETS_OF } from '../../src/directory/sql/presets/presets.ts';
import { runCommand } from '../support/daemon.ts';
import { makePlace, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { NOTICE_CASES } from '../support/sql/notices.ts';
import { type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
import { until } from '../support/until.ts';

const execute = promisify(execFile);
const PATIENCE_MS = 45_000;

describeWith(['postgresql'], 'the triggers that init prints', () => {
  let server: Postgresql;
  beforeAll(async () => {
    server = await startPostgresql();
  });
  afterAll(() => server?.remove());

  const initialize = async (
    preset: string,
    database: string,
    ...more: readonly string[]
  ): Promise<string> => {
    const { code, stdout, stderr } = await runCommand([
      'init',
      'postgresql',
      `--preset=${preset}`,
      `--database=${database}`,
      `--user=reader_${database}`,
      '--domain=example.org',
      '--notify',
      ...more,
    ]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };

  /** Makes a database of a preset, and runs in it what `init` prints, as an administrator does; gives where. */
  async function prepare(preset: string, database: string): Promise<string> {
    await server.sql(`create database ${database}`, 'postgres');
    await server.sql((NOTICE_CASES[preset]?.schema ?? []).join(';\n'), database);
    const place = await makePlace();
    const env = {
      PATH: '/usr/bin:/bin',
      PGHOST: server.socket,
      PGPORT: String(server.port),
      PGUSER: 'postgres',
    };
    const child = execute('sh', { cwd: place, env });
    child.child.stdin?.end(await initialize(preset, database, '--only=commands'));
    expect(await child).toEqual({ stdout: '', stderr: '' });
    return place;
  }

  describe.each(PRESETS_OF.postgresql)('for %s', (preset) => {
    test('name whom a change concerns', async () => {
      const database = `of_${preset}`;
      await prepare(preset, database);
      const { changes = [] } = NOTICE_CASES[preset] ?? {};
      expect(changes).not.toEqual([]);
      // psql shows what was notified behind each statement.
      const script = changes.flatMap(([statement], i) => [`\\echo @${i}`, `${statement};`]);
      const lines = await server.sql(['listen idpmap;', ...script, ''].join('\n'), database);
      expect(changes.map(([statement], i) => [statement, ...payloadsOf(lines, i)])).toEqual(
        changes,
      );
    });
  });

  test('make a row count that psql inserts or changes, long before it would by time', async () => {
    const place = await prepare('virtual_users', 'mail_in_use');
    const config = await initialize(
      'virtual_users',
      'mail_in_use',
      '--only=config',
      `--host=${server.socket}/.s.PGSQL.${server.port}`,
    );
    const { ask, notes } = await startInstance({
      place,
      config: `${config}\ncache: { fresh: 1d, freshNone: 1d }\n`,
    });
    await notes.next('notifications are heard');
    await server.sql(
      "insert into virtual_domains (name) values ('example.org'); insert into virtual_users (domain_id, email, password) values (1, 'known@example.org', 'x')",
      'mail_in_use',
    );
    const answers = (key: string, answer: string) =>
      until(async () => (await ask('user-exists', key)) === answer, PATIENCE_MS);
    expect(await answers('known@example.org', 'OK known@example.org')).toBe(true);
    expect(await answers('new@example.org', 'NOTFOUND')).toBe(true);
    await server.sql(
      "insert into virtual_users (domain_id, email, password) values (1, 'new@example.org', 'x')",
      'mail_in_use',
    );
    expect(await answers('new@example.org', 'OK new@example.org')).toBe(true);
    await server.sql(
      "update virtual_users set email = 'other@example.org' where email = 'new@example.org'",
      'mail_in_use',
    );
    expect(await answers('new@example.org', 'NOTFOUND')).toBe(true);
    expect(await answers('other@example.org', 'OK other@example.org')).toBe(true);
  });
});

/** The payloads between one mark and the next, each with its names in order. */
function payloadsOf(lines: readonly string[], mark: number): readonly string[] {
  const from = lines.indexOf(`@${mark}`);
  const next = lines.indexOf(`@${mark + 1}`);
  const own = lines.slice(from + 1, next === -1 ? undefined : next);
  return own.flatMap((line) => {
    const { payload } =
      /^Asynchronous notification "idpmap" with payload "(?<payload>.*)" received/.exec(line)
        ?.groups ?? {};
    return payload === undefined ? [] : [payload.split(',').toSorted().join(',')];
  });
}
