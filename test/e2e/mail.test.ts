import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type MailSystem, startMailSystem } from '../support/postfix/mail.ts';
import { connectSmtp, type SmtpClient } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** Whose mail is taken, and the mailboxes that it ends in. */
const ACCEPTED = [
  { who: 'a mailbox', to: 'ann@example.org', mailboxes: ['ann@example.org'] },
  { who: 'an extension', to: 'ann+news@example.org', mailboxes: ['ann+news@example.org'] },
  { who: 'mixed case', to: 'BoB@Example.ORG', mailboxes: ['BoB@Example.ORG'] },
  { who: 'an apostrophe', to: "o'hara@example.org", mailboxes: ["o'hara@example.org"] },
  { who: 'quotes without need', to: '"ann"@example.org', mailboxes: ['ann@example.org'] },
  { who: 'an alias', to: 'a.smith@example.org', mailboxes: ['ann@example.org'] },
  {
    who: "an alias's extension",
    to: 'a.smith+news@example.org',
    mailboxes: ['ann+news@example.org'],
  },
  { who: 'a group', to: 'team@example.org', mailboxes: ['ann@example.org', 'bob@example.org'] },
  {
    who: 'a group of groups',
    to: 'all@example.org',
    mailboxes: ['ann@example.org', 'bob@example.org', 'cleo@example.org'],
  },
  { who: 'a role', to: 'postmaster@example.org', mailboxes: ['bob@example.org'] },
  { who: 'a twin domain', to: 'ann@example.net', mailboxes: ['ann@example.org'] },
  { who: "a twin domain's role", to: 'Abuse@example.net', mailboxes: ['cleo@example.org'] },
  { who: 'nobody at a catch-all', to: 'whoever@catch.example', mailboxes: ['cleo@example.org'] },
  { who: 'somebody at a catch-all', to: 'dora@catch.example', mailboxes: ['dora@catch.example'] },
  {
    who: 'U-labels',
    to: 'jürgen@bücher.example',
    mailboxes: ['jürgen@xn--bcher-kva.example'],
  },
  {
    who: 'A-labels',
    to: 'jürgen@xn--bcher-kva.example',
    mailboxes: ['jürgen@xn--bcher-kva.example'],
  },
  {
    who: 'an alias with U-labels',
    to: 'info@BÜCHER.example',
    mailboxes: ['jürgen@xn--bcher-kva.example'],
  },
];

/** Whose mail is refused, and how. */
const REFUSED = [
  { who: 'an unknown recipient', to: 'nobody@example.org', code: 550 },
  { who: "an unknown recipient's extension", to: 'nobody+ann@example.org', code: 550 },
  { who: 'a disabled account', to: 'gone@example.org', code: 550 },
  { who: "a disabled account's alias", to: 'g.one@example.org', code: 550 },
  { who: 'nobody at a twin domain', to: 'nobody@example.net', code: 550 },
  { who: 'a foreign domain', to: 'ann@example.com', code: 554 },
  { who: 'a domain below one of ours', to: 'ann@sub.example.org', code: 554 },
];

/** What an attacker, or a broken client, writes between the brackets; 554 and 501 are Postfix's own, the rest is asked. */
const HOSTILE = [
  { to: '"a@b"@example.org', code: 554 },
  { to: '"ann bob"@example.org', code: 550 },
  { to: '"ann,bob@example.org"@example.org', code: 554 },
  { to: '"ann\\"bob"@example.org', code: 550 },
  { to: '""@example.org', code: 550 },
  { to: 'ann@[127.0.0.1]', code: 550 },
  { to: 'ann@[192.0.2.1]', code: 554 },
  { to: '*@example.org', code: 550 },
  { to: 'ann*@example.org', code: 550 },
  { to: '%@example.org', code: 554 },
  { to: '%s@example.org', code: 554 },
  { to: 'ann%example.net@example.org', code: 554 },
  { to: 'ann@%65xample.org', code: 501 },
  { to: '"ann)(uid=*"@example.org', code: 550 },
  { to: '"ann,bob"@example.org', code: 550 },
  { to: "'or''='@example.org", code: 550 },
  { to: '../ann@example.org', code: 550 },
  { to: 'ann@example.org.', code: 250 },
  { to: 'ann@.example.org', code: 501 },
  { to: '+ann@example.org', code: 550 },
  { to: 'jürgen@example.org', code: 550 },
  { to: '日本語@example.org', code: 550 },
  { to: 'ann@例え.example', code: 554 },
  { to: `${'a'.repeat(300)}@example.org`, code: 550 },
];

/** Who may send as whom. */
const SENDERS = [
  { login: 'ann', as: 'ann@example.org', code: 250 },
  { login: 'ann', as: 'Ann+news@Example.org', code: 250 },
  { login: 'ann', as: 'a.smith@example.org', code: 250 },
  { login: 'ann', as: 'ann@example.net', code: 250 },
  { login: 'cleo', as: 'cleo@example.org', code: 250 },
  { login: 'bob', as: 'ann@example.org', code: 553 },
  { login: 'bob', as: 'a.smith@example.org', code: 553 },
  { login: 'ann', as: 'team@example.org', code: 553 },
  { login: 'mute', as: 'mute@example.org', code: 553 },
  { login: 'ann', as: 'mute@example.org', code: 553 },
  { login: 'ann', as: 'gone@example.org', code: 553 },
];

/** Whom somebody without a login may pretend to be on the submission port: nobody whom we know. */
const STRANGERS = [
  { as: 'eve@client.test', code: 250 },
  { as: 'nobody@example.org', code: 250 },
  { as: 'ann@example.org', code: 553 },
  { as: 'a.smith+news@example.org', code: 553 },
  { as: 'mute@example.org', code: 553 },
  { as: 'gone@example.org', code: 553 },
  { as: 'team@example.org', code: 553 },
];

/** One session that sends as `from` and ends with the test. */
async function begin(port: number, from: string, login?: string): Promise<SmtpClient> {
  const client = await connectSmtp(port);
  onTestFinished(() => client.close());
  await client.ehlo();
  if (login !== undefined) await client.auth(login, 'right');
  await client.command(`MAIL FROM:<${from}> SMTPUTF8`);
  return client;
}

describeWith(['postfix', 'root'], 'mail', () => {
  describe.each(['tcp', 'unix'] as const)('over %s', (wire) => {
    let system: MailSystem;

    beforeAll(async () => {
      system = await startMailSystem(wire);
      await system.serve();
    });
    afterAll(() => system?.stop());

    /** Sends a message, and gives the mailboxes that it has reached once nothing of it is left in the queue. */
    const deliver = async (from: string, ...recipients: readonly string[]) => {
      const client = await begin(system.postfix.port, from);
      for (const to of recipients) expect(await client.rcpt(to)).toMatchObject({ code: 250 });
      expect(await client.data('Subject: test\n\ntest\n')).toMatchObject({ code: 250 });
      expect(await until(async () => (await system.postfix.queue()).length === 0, 20_000)).toBe(
        true,
      );
      const messages = system.sink.messages.filter((message) => message.from === from);
      return messages.flatMap((message) => message.recipients);
    };

    /** What Postfix says of one recipient. */
    const ask = async (to: string) =>
      (await begin(system.postfix.port, 'eve@client.test')).rcpt(to);

    test.each(numbered(ACCEPTED))('delivers to $who: $to', async ({ to, mailboxes, number }) => {
      const reached = await deliver(`sender-${number}@client.test`, to);
      expect(reached.toSorted()).toEqual(mailboxes);
    });

    test.each(REFUSED)('answers $code to $who: $to', async ({ to, code }) => {
      expect(await ask(to)).toMatchObject({ code });
    });

    test.each(HOSTILE)('answers $code to $to', async ({ to, code }) => {
      expect(await ask(to)).toMatchObject({ code });
    });

    test('bounces nothing that it has accepted', async () => {
      const everybody = ACCEPTED.map(({ to }) => to);
      await deliver('everybody@client.test', ...everybody);
      expect(system.postfix.bounces()).toEqual([]);
    });

    test.each(SENDERS)('answers $code when $login sends as $as', async ({ login, as, code }) => {
      const client = await begin(system.postfix.submissionPort, as, login);
      expect(await client.rcpt('friend@elsewhere.test')).toMatchObject({ code });
    });

    test.each(STRANGERS)('answers $code to $as without a login', async ({ as, code }) => {
      const client = await begin(system.postfix.submissionPort, as);
      expect(await client.rcpt('bob@example.org')).toMatchObject({ code });
    });

    test('gets every verdict right for a hundred sessions at once', async () => {
      const verdicts = await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const client = await begin(system.postfix.port, `load-${i}@client.test`);
          const codes: number[] = [];
          for (const to of ['ann', 'team+x', `nobody-${i}`].map((local) => `${local}@example.org`))
            codes.push((await client.rcpt(to)).code);
          codes.push((await client.rcpt(`somebody-${i}@catch.example`)).code);
          return codes.join(' ');
        }),
      );
      expect(new Set(verdicts)).toEqual(new Set(['250 250 550 250']));
    });
  });
});

/** Counts the rows of a table, for what each needs of its own. */
const numbered = <Row extends object>(rows: readonly Row[]) =>
  rows.map((row, number) => ({ ...row, number }));
