import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FEEDS } from '../../src/directory/feeds.ts';
import {
  KEYCLOAK_START_MS,
  type KeycloakServer,
  startKeycloak,
} from '../support/keycloak/keycloak.ts';
import { FORGETFUL, type MailSystem, MINDFUL, startMailSystem } from '../support/keycloak/mail.ts';
import { mirroredKeycloak } from '../support/mirror/mirrored.ts';
import { describeMirroredMail } from '../support/mirror/scenario.ts';
import { areAnswered, beginMail, deliver, verdictOn } from '../support/postfix/session.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';
import { describeDovecot } from './keycloak/dovecot.ts';

const BUCH = 'buch@xn--bcher-kva.example';

/** Whose mail is taken, and the mailboxes that it ends in. */
const ACCEPTED = [
  { who: 'a user', to: 'bob@example.test', mailboxes: ['bob@example.test'] },
  { who: 'a user in mixed case', to: 'BoB@Example.TEST', mailboxes: ['BoB@Example.TEST'] },
  { who: 'an alias', to: 'A.Smith@example.test', mailboxes: ['ann@example.test'] },
  { who: 'a group', to: 'team@example.test', mailboxes: ['ann@example.test', 'bob@example.test'] },
  {
    who: 'a group with a group in it',
    to: 'nested@example.test',
    mailboxes: ['ann@example.test', 'bob@example.test', 'dora@example.test'],
  },
  { who: 'somebody at another domain of the organization', to: BUCH, mailboxes: [BUCH] },
];

/** The mailboxes that the store behind Postfix has. */
const MAILBOXES = [...new Set(ACCEPTED.flatMap(({ mailboxes }) => mailboxes))];

/** Whose mail is refused: 550 where the domain is ours, 554 where it is not. */
const REFUSED = [
  { who: 'nobody', to: 'nobody@example.test', code: 550 },
  { who: 'a disabled user', to: 'cy@example.test', code: 550 },
  { who: 'a disabled user’s alias', to: 'c.closed@example.test', code: 550 },
  { who: 'a wildcard', to: '*@example.test', code: 550 },
  { who: 'a query in place of a name', to: '"x mailAlias:a.smith"@example.test', code: 550 },
  { who: 'the account of idpmap', to: 'service-account-idpmap@example.test', code: 550 },
  { who: 'a domain that an organization only claims', to: 'ann@unverified.test', code: 554 },
  { who: 'a domain that no organization may have', to: 'ann@gmail.com', code: 554 },
];

/** Who may send as whom. */
const SENDERS = [
  { login: 'ann', as: 'ann@example.test', code: 250 },
  { login: 'ann', as: 'a.smith@example.test', code: 250 },
  { login: 'bob', as: 'ann@example.test', code: 553 },
  { login: 'ann', as: 'team@example.test', code: 553 },
];

/** Whether each of these comes to be answered so. */
const becomes = (
  system: MailSystem,
  answers: Readonly<Record<string, number>>,
  limitMs: number,
): Promise<boolean> => until(() => areAnswered(system.postfix, answers), limitMs);

async function awaitAnswers(
  system: MailSystem,
  answers: Readonly<Record<string, number>>,
): Promise<void> {
  if (await becomes(system, answers, RECOVERY_MS)) return;
  throw new Error(`it does not come to ${JSON.stringify(answers)}\n${system.daemon.output()}`);
}

/** What an administrator does counts within seconds, and on a busy machine long before anything is asked anew. */
const CHANGE_MS = 40_000;

/** Longer than Keycloak is busy with whatever waited for it. */
const RECOVERY_MS = 40_000;

/** A start takes twelve seconds on a quiet machine, and a minute where others work. */
const OUTAGE_MS = 300_000;

describeWith(['keycloak', 'postfix', 'root'], 'mail for users of Keycloak', () => {
  let server: KeycloakServer;

  beforeAll(async () => {
    server = await startKeycloak();
  }, KEYCLOAK_START_MS);
  afterAll(() => server?.remove());

  describe('who are asked for each time', () => {
    let system: MailSystem;

    beforeAll(async () => {
      system = await startMailSystem(server, { cache: FORGETFUL, mailboxes: MAILBOXES });
      // The list of domains is there, and whatever Java still had to compile is compiled.
      await awaitAnswers(system, Object.fromEntries(ACCEPTED.map(({ to }) => [to, 250])));
    });
    afterAll(() => system?.[Symbol.asyncDispose]());

    test.each(ACCEPTED)('goes to $who: $to', async ({ to, mailboxes }) => {
      const from = `to-${to.replace('@', '-at-')}@client.test`;
      const reached = await deliver(system, from, to);
      expect(reached).toEqual(mailboxes);
    });

    test.each(REFUSED)('is answered $code for $who: $to', async ({ to, code }) => {
      expect(await verdictOn(system.postfix, to)).toBe(code);
    });

    test.each(SENDERS)('is answered $code when $login sends as $as', async (each) => {
      const client = await beginMail(system.postfix.submissionPort, each.as, each.login);
      expect(await client.rcpt('friend@elsewhere.test')).toMatchObject({ code: each.code });
    });

    const known = { 'ann@example.test': 250, 'a.smith@example.test': 250 };
    const cuts = [
      {
        what: 'stands still',
        cut: async () => server.suspend(),
        mend: async () => server.resume(),
        other: 'lou',
      },
      { what: 'is stopped', cut: () => server.stop(), mend: () => server.start(), other: 'gina' },
    ];
    test.each(cuts)(
      'is refused to nobody whom idpmap knows while Keycloak $what, and to the others not for good',
      async ({ cut, mend, other }) => {
        expect(await becomes(system, known, RECOVERY_MS)).toBe(true);
        const others = { [`${other}@example.test`]: 451, [`no-${other}@example.test`]: 451 };
        await cut();
        try {
          for (const [to, code] of Object.entries({ ...known, ...others }))
            expect([to, await verdictOn(system.postfix, to)]).toEqual([to, code]);
        } finally {
          await mend();
        }
        const healed = { [`${other}@example.test`]: 250, [`no-${other}@example.test`]: 550 };
        expect(await becomes(system, { ...known, ...healed }, RECOVERY_MS)).toBe(true);
        expect(system.postfix.bounces()).toEqual([]);
      },
      OUTAGE_MS,
    );
  });

  describe('who are remembered for ten minutes, with events', () => {
    let system: MailSystem;
    const users = '/realms/mail/users';

    beforeAll(async () => {
      system = await startMailSystem(server, { cache: MINDFUL, mailboxes: MAILBOXES });
      await awaitAnswers(system, { 'bob@example.test': 250 });
    });
    afterAll(() => system?.[Symbol.asyncDispose]());

    /** Creates a user who has this address, and no more. */
    const create = async (name: string): Promise<string> => {
      const email = `${name}@example.test`;
      const made = await server.admin('POST', users, { username: name, email, enabled: true });
      return `${users}/${Object(made).id}`;
    };

    test('is taken for a user who is created a moment after the first 550', async () => {
      expect(await becomes(system, { 'new@example.test': 550 }, CHANGE_MS)).toBe(true);
      await create('new');
      expect(await becomes(system, { 'new@example.test': 250 }, CHANGE_MS)).toBe(true);
    });

    test('is refused for a user who is disabled', async () => {
      const path = await create('leaver');
      expect(await becomes(system, { 'leaver@example.test': 250 }, CHANGE_MS)).toBe(true);
      await server.admin('PUT', path, { enabled: false });
      expect(await becomes(system, { 'leaver@example.test': 550 }, CHANGE_MS)).toBe(true);
    });

    test('is refused for a user who is deleted', async () => {
      const path = await create('gone');
      expect(await becomes(system, { 'gone@example.test': 250 }, CHANGE_MS)).toBe(true);
      await server.admin('DELETE', path);
      expect(await becomes(system, { 'gone@example.test': 550 }, CHANGE_MS)).toBe(true);
    });

    test('follows a user to another address', async () => {
      const path = await create('maiden');
      const before = { 'maiden@example.test': 250, 'married@example.test': 550 };
      expect(await becomes(system, before, CHANGE_MS)).toBe(true);
      const email = 'married@example.test';
      await server.admin('PUT', path, { username: 'maiden', email, enabled: true });
      const after = { 'maiden@example.test': 550, 'married@example.test': 250 };
      expect(await becomes(system, after, CHANGE_MS)).toBe(true);
    });
  });

  describeDovecot(() => server);

  // It ends with Keycloak stopped.
  describe('who are mirrored', () => {
    describeMirroredMail({
      begin: async () => mirroredKeycloak(server),
      fed: FEEDS.events,
      mails: 100,
    });
  });
});
