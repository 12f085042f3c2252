import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Environment, startDaemonProcess } from '../support/daemon.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { findFreePorts } from '../support/loopback.ts';
import { askingAllAt } from '../support/postfix/config.ts';
import { type LmtpSink, startLmtpSink } from '../support/postfix/lmtp.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { areAnswered, beginMail, deliver, verdictOn } from '../support/postfix/session.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** The mailboxes of people of the directory, as the store behind Postfix has them. */
const MAILBOXES = ['ann', 'bob', 'dora', 'juergen', 'lou'].map((id) => `${id}@example.test`);

/** Whose mail is taken, and the mailboxes that it ends in. */
const ACCEPTED = [
  { who: 'a mailbox', to: 'bob@example.test', mailboxes: ['bob'] },
  { who: 'an alias', to: 'A.Smith@example.test', mailboxes: ['ann'] },
  { who: 'a group', to: 'team@example.test', mailboxes: ['ann', 'bob'] },
  { who: 'a group of groups', to: 'nested@example.test', mailboxes: ['ann', 'bob', 'dora'] },
  { who: 'a shared mailbox', to: 'desk@example.test', mailboxes: ['dora'] },
  { who: 'somebody whom wrong passwords lock', to: 'lou@example.test', mailboxes: ['lou'] },
];

/** Whose mail is refused. */
const REFUSED = [
  { who: 'nobody', to: 'nobody@example.test' },
  { who: 'a disabled account', to: 'cy@example.test' },
  { who: "a disabled account's alias", to: 'c.closed@example.test' },
  { who: 'a filter in place of a name', to: '"*)(mail=*"@example.test' },
];

/** Who may send as whom. */
const SENDERS = [
  { login: 'ann', as: 'ann@example.test', code: 250 },
  { login: 'ann', as: 'a.smith@example.test', code: 250 },
  { login: 'bob', as: 'ann@example.test', code: 553 },
  { login: 'ann', as: 'team@example.test', code: 553 },
  { login: 'dora', as: 'dora@example.test', code: 553 },
];

/** How the daemon is told what to do. Its memory is fresh for a moment only, so that it must be stale to answer. */
interface Told {
  readonly parameters: readonly string[];
  readonly environment: Environment;
}

/** Tells it by a file, and the password by another one. */
async function tellByFile(server: LdapServer, port: number, place: string): Promise<Told> {
  const { bindDn: dn, ca, serverName } = server;
  await writeFile(join(place, 'password'), `${server.password}\n`, { mode: 0o600 });
  const settings = {
    listen: `tcp://127.0.0.1:${port}`,
    control: 'control',
    // A busy machine of the tests is no fault of the directory.
    deadline: '5s',
    domains: { 'example.test': { directory: 'staff' } },
    directories: {
      staff: {
        type: 'ldap',
        urls: `ldaps://127.0.0.1:${server.securePort}`,
        tls: { ca, serverName },
        bind: { dn, password: { file: 'password' } },
        base: server.base,
        accounts: { mailOnly: 'employeeType=shared' },
      },
    },
    cache: { fresh: '1ms', freshNone: '1ms' },
  };
  const file = join(place, 'idpmap.yaml');
  await writeFile(file, stringify(settings));
  return { parameters: ['--config', file], environment: {} };
}

/** Tells it by variables alone, as a container is told. */
async function tellByEnvironment(server: LdapServer, port: number, place: string): Promise<Told> {
  return {
    parameters: [],
    environment: {
      IDPMAP_LISTEN: `tcp://127.0.0.1:${port}`,
      IDPMAP_CONTROL: join(place, 'control'),
      IDPMAP_DEADLINE: '5s',
      IDPMAP_DOMAINS: '{ example.test: { directory: staff } }',
      IDPMAP_DIRECTORIES__STAFF__TYPE: 'ldap',
      IDPMAP_DIRECTORIES__STAFF__URLS: `ldap://127.0.0.1:${server.port}`,
      IDPMAP_DIRECTORIES__STAFF__START_TLS: 'true',
      IDPMAP_DIRECTORIES__STAFF__TLS__CA: server.ca,
      IDPMAP_DIRECTORIES__STAFF__BIND__DN: server.bindDn,
      IDPMAP_DIRECTORIES__STAFF__BIND__PASSWORD: server.password,
      IDPMAP_DIRECTORIES__STAFF__BASE: server.base,
      IDPMAP_DIRECTORIES__STAFF__ACCOUNTS__MAIL_ONLY: 'employeeType=shared',
      IDPMAP_CACHE__FRESH: '1ms',
      IDPMAP_CACHE__FRESH_NONE: '1ms',
    },
  };
}

/** Postfix, its store, the daemon that it asks, and the directory behind that. */
interface System extends AsyncDisposable {
  readonly server: LdapServer;
  readonly postfix: Postfix;
  readonly sink: LmtpSink;
}

async function startSystem(tell: typeof tellByFile): Promise<System> {
  await using resources = new AsyncDisposableStack();
  const place = await makeTemporaryDirectory('idpmap-ldap-mail');
  resources.defer(() => place.remove());
  const server = await startSlapd();
  resources.defer(() => server.remove());
  const sink = await startLmtpSink({ mailboxes: MAILBOXES });
  resources.defer(() => sink.stop());
  const [port = 0] = await findFreePorts(1);
  const { parameters, environment } = await tell(server, port, place.path);
  const daemon = await startDaemonProcess(['serve', ...parameters], environment);
  resources.defer(() => daemon.stop());
  const postfix = await startPostfix({
    mainCf: {
      ...askingAllAt(port),
      virtual_transport: sink.transport,
    },
    logins: { ann: 'right', bob: 'right', dora: 'right' },
  });
  resources.defer(() => postfix.stop());
  const owned = resources.move();
  return { server, postfix, sink, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describeWith(['postfix', 'root', 'slapd'], 'mail for people of an LDAP directory', () => {
  describe.each([
    { way: 'a file', tell: tellByFile },
    { way: 'the environment alone', tell: tellByEnvironment },
  ])('told by $way', ({ way, tell }) => {
    let system: System;

    const ask = (to: string): Promise<number> => verdictOn(system.postfix, to);
    const isAnswered = (answers: Readonly<Record<string, number>>): Promise<boolean> =>
      areAnswered(system.postfix, answers);

    beforeAll(async () => {
      system = await startSystem(tell);
    });
    afterAll(() => system?.[Symbol.asyncDispose]());

    test.each(ACCEPTED)('delivers to $who: $to', async ({ to, mailboxes }) => {
      const from = `to-${to.replace('@', '-at-')}@${way.replaceAll(' ', '-')}.client.test`;
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

    test('a server that is killed refuses nobody whom it knows, and the others not for good', async () => {
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
