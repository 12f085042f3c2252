import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startDaemonProcess } from '../support/daemon.ts';
import { findFreePorts } from '../support/loopback.ts';
import { askingAllAt } from '../support/postfix/config.ts';
import { type LmtpSink, startLmtpSink } from '../support/postfix/lmtp.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { areAnswered, beginMail, deliver, verdictOn } from '../support/postfix/session.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { ACCESS } from '../support/sql/postgresql.ts';
import { type SqlServer, type SqlServerName, startSqlServer } from '../support/sql/server.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const ACCEPTED = [
  { who: 'a mailbox', to: 'bob@example.test', mailboxes: ['bob'] },
  { who: 'an alias', to: 'A.Smith@example.test', mailboxes: ['ann'] },
  { who: 'a group', to: 'team@example.test', mailboxes: ['ann', 'bob'] },
];

const REFUSED = [
  { who: 'nobody', to: 'nobody@example.test' },
  { who: 'a disabled account', to: 'cy@example.test' },
  { who: 'SQL in place of a name', to: '"\' or 1=1 -- "@example.test' },
];

const SENDERS = [
  { login: 'ann', as: 'a.smith@example.test', code: 250 },
  { login: 'bob', as: 'ann@example.test', code: 553 },
];

const NEEDS: Readonly<Record<SqlServerName, readonly Requirement[]>> = {
  postgresql: ['postfix', 'root', 'postgresql'],
  mysql: ['postfix', 'root', 'mariadb'],
};

/** Postfix, its store, the daemon that it asks, and the database behind that. */
interface System extends AsyncDisposable {
  readonly server: SqlServer;
  readonly postfix: Postfix;
  readonly sink: LmtpSink;
}

async function startSystem(name: SqlServerName): Promise<System> {
  await using resources = new AsyncDisposableStack();
  const place = await makeTemporaryDirectory('idpmap-sql-mail');
  resources.defer(() => place.remove());
  const server = await startSqlServer(name);
  resources.defer(() => server.remove());
  const sink = await startLmtpSink({ mailboxes: ['ann', 'bob'].map((id) => `${id}@example.test`) });
  resources.defer(() => sink.stop());
  const [port = 0] = await findFreePorts(1);
  await writeFile(join(place.path, 'password'), `${ACCESS.password}\n`, { mode: 0o600 });
  const staff = server.section({ password: { file: 'password' }, connectTimeout: '1s' });
  const file = join(place.path, 'idpmap.yaml');
  const config = {
    listen: `tcp://127.0.0.1:${port}`,
    control: 'control',
    // A busy machine of the tests is no fault of the database.
    deadline: '5s',
    domains: { 'example.test': { directory: 'staff' } },
    directories: { staff },
    // Its memory is fresh for a moment only, so that it must be stale to answer.
    cache: { fresh: '1ms', freshNone: '1ms' },
  };
  await writeFile(file, stringify(config));
  const daemon = await startDaemonProcess(['serve', '--config', file]);
  resources.defer(() => daemon.stop());
  const postfix = await startPostfix({
    mainCf: {
      ...askingAllAt(port),
      virtual_transport: sink.transport,
    },
    logins: { ann: 'right', bob: 'right' },
  });
  resources.defer(() => postfix.stop());
  const owned = resources.move();
  return { server, postfix, sink, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.each(['postgresql', 'mysql'] as const)('with %s', (name) => {
  describeWith(NEEDS[name], 'mail for people of a database', () => {
    let system: System;

    const ask = (to: string): Promise<number> => verdictOn(system.postfix, to);
    const isAnswered = (answers: Readonly<Record<string, number>>): Promise<boolean> =>
      areAnswered(system.postfix, answers);

    beforeAll(async () => {
      system = await startSystem(name);
    });
    afterAll(() => system?.[Symbol.asyncDispose]());

    test.each(ACCEPTED)('delivers to $who: $to', async ({ to, mailboxes }) => {
      const from = `to-${to.replace('@', '-at-')}@client.test`;
      const reached = await deliver(system, from, to);
      expect(reached).toEqual(mailboxes.map((id) => `${id}@example.test`));
    });

    test.each(REFUSED)('answers 550 to $who: $to', async ({ to }) => {
      expect(await ask(to)).toBe(550);
    });

    test.each(SENDERS)('answers $code when $login sends as $as', async ({ login, as, code }) => {
      const client = await beginMail(system.postfix.submissionPort, as, login);
      expect(await client.rcpt('friend@elsewhere.test')).toMatchObject({ code });
    });

    test('a database that is killed refuses nobody whom idpmap knows, and the others not for good', async () => {
      const known = { 'ann@example.test': 250, 'a.smith@example.test': 250 };
      expect(await isAnswered(known)).toBe(true);

      await system.server.kill();
      const others = { 'juergen@example.test': 451, 'nobody-yet@example.test': 451 };
      for (const [to, code] of Object.entries({ ...known, ...others }))
        expect([to, await ask(to)]).toEqual([to, code]);

      await system.server.start();
      const healed = { 'juergen@example.test': 250, 'nobody-yet@example.test': 550 };
      expect(await until(() => isAnswered({ ...known, ...healed }), 20_000)).toBe(true);
      expect(system.postfix.bounces()).toEqual([]);
    });
  });
});
