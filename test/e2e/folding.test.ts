import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { findFreePorts } from '../support/loopback.ts';
import { askingAt } from '../support/postfix/config.ts';
import { type LmtpSink, startLmtpSink } from '../support/postfix/lmtp.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** People whose addresses hold letters that Postfix folds to others, before it asks. */
const ADDRESSES = [
  'strauß@example.org',
  'γιώργος@example.org',
  'νίκος.σοφός@example.org',
  'İnci@example.org',
  'kılıç@example.org',
  'o\ufb03ce@example.org',
  'jürgen@example.org',
  'info@straße.example',
  'ann@οδός.example',
  'Strauß@bücher.example',
] as const;

const PEOPLE = {
  accounts: [
    ...ADDRESSES.map((address) => ({ address })),
    { address: 'chief@example.org', aliases: ['boß@example.org', 'Νίκος@example.org'] },
    { address: 'weiß@example.org' },
    { address: 'weiss@example.org' },
    { address: 'ann@strasse.example' },
  ],
  groups: [{ address: 'all@example.org', members: ['Strauß@example.org', 'γιώργος@example.org'] }],
};

/** What is written between the brackets, and the mailboxes that it reaches, as the store knows them. */
const ACCEPTED = [
  { to: 'strauß@example.org', mailboxes: ['strauß@example.org'] },
  { to: 'strauss@example.org', mailboxes: ['strauß@example.org'] },
  { to: 'STRAUẞ@example.org', mailboxes: ['strauß@example.org'] },
  { to: 'Strauss+news@example.org', mailboxes: ['strauß+news@example.org'] },
  { to: 'γιώργος@example.org', mailboxes: ['γιώργος@example.org'] },
  { to: 'ΓΙΏΡΓΟΣ@example.org', mailboxes: ['γιώργος@example.org'] },
  { to: 'νίκος.σοφός@example.org', mailboxes: ['νίκος.σοφός@example.org'] },
  { to: 'İnci@example.org', mailboxes: ['i\u0307nci@example.org'] },
  { to: 'kılıç@example.org', mailboxes: ['kılıç@example.org'] },
  { to: 'office@example.org', mailboxes: ['o\ufb03ce@example.org'] },
  { to: 'JÜRGEN@example.org', mailboxes: ['jürgen@example.org'] },
  { to: 'info@straße.example', mailboxes: ['info@xn--strae-oqa.example'] },
  { to: 'info@xn--strae-oqa.example', mailboxes: ['info@xn--strae-oqa.example'] },
  { to: 'ann@strasse.example', mailboxes: ['ann@strasse.example'] },
  { to: 'ann@οδός.example', mailboxes: ['ann@xn--pxavk3b.example'] },
  { to: 'strauß@BÜCHER.example', mailboxes: ['strauß@xn--bcher-kva.example'] },
  { to: 'boß@example.org', mailboxes: ['chief@example.org'] },
  { to: 'νίκος@example.org', mailboxes: ['chief@example.org'] },
  { to: 'all@example.org', mailboxes: ['strauß@example.org', 'γιώργος@example.org'] },
];

const REFUSED = [
  { to: 'kate.smith@example.org', code: 550 },
  { to: 'strau@example.org', code: 550 },
  { to: 'jess.bassett@example.org', code: 550 },
  { to: 'νίκη@example.org', code: 550 },
  { to: 'nobody@straße.example', code: 550 },
  { to: 'kilic@example.org', code: 550 },
  // Two people, and Postfix asks for both by one name.
  { to: 'weiß@example.org', code: 451 },
  { to: 'weiss@example.org', code: 451 },
];

describeWith(['postfix', 'root'], 'mail for names that Postfix folds', () => {
  const resources = new AsyncDisposableStack();
  let postfix: Postfix;
  let sink: LmtpSink;
  let configFile: string;

  beforeAll(async () => {
    const directory = await makeTemporaryDirectory('idpmap-fold');
    resources.defer(() => directory.remove());
    const [port = 0] = await findFreePorts(1);
    const domains = ['example.org', 'straße.example', 'strasse.example', 'οδός.example'];
    configFile = join(directory.path, 'idpmap.yaml');
    await writeFile(join(directory.path, 'people.yaml'), stringify(PEOPLE));
    await writeFile(
      configFile,
      stringify({
        listen: `tcp://127.0.0.1:${port}`,
        control: join(directory.path, 'control'),
        domains: Object.fromEntries(
          [...domains, 'bücher.example'].map((name) => [name, { directory: 'people' }]),
        ),
        directories: { people: { type: 'file', path: 'people.yaml' } },
      }),
    );
    const daemon = await startDaemonProcess(['serve', '--config', configFile]);
    resources.defer(() => daemon.stop());
    await until(() => daemon.output().includes('people.yaml loaded'), 10_000);
    const stored = ACCEPTED.flatMap(({ mailboxes }) => mailboxes);
    sink = await startLmtpSink({ mailboxes: [...new Set(stored)] });
    resources.defer(() => sink.stop());
    postfix = await startPostfix({
      mainCf: {
        ...askingAt(port),
        virtual_transport: sink.transport,
        lmtp_destination_recipient_limit: '1',
        recipient_delimiter: '+',
      },
    });
    resources.defer(() => postfix.stop());
  });
  afterAll(() => resources.disposeAsync());

  const begin = async (from: string) => {
    const client = await connectSmtp(postfix.port);
    onTestFinished(() => client.close());
    await client.ehlo();
    await client.command(`MAIL FROM:<${from}> SMTPUTF8`);
    return client;
  };

  test.each(ACCEPTED.map((row, number) => ({ ...row, number })))(
    'reaches $mailboxes where it is sent to $to',
    async ({ to, mailboxes, number }) => {
      const from = `sender-${number}@client.test`;
      const client = await begin(from);
      expect(await client.rcpt(to)).toMatchObject({ code: 250 });
      expect(await client.data('Subject: test\n\ntest\n')).toMatchObject({ code: 250 });
      expect(await until(async () => (await postfix.queue()).length === 0, 20_000)).toBe(true);
      const messages = sink.messages.filter((message) => message.from === from);
      const reached = messages.flatMap(({ recipients }) => recipients);
      expect(reached.toSorted()).toEqual(mailboxes);
    },
  );

  test.each(REFUSED)('is answered $code where it is sent to $to', async ({ to, code }) => {
    expect(await (await begin('eve@client.test')).rcpt(to)).toMatchObject({ code });
  });

  test('bounces none that was accepted', () => {
    expect(postfix.bounces()).toEqual([]);
  });

  test('is checked: whom Postfix takes for one is told', async () => {
    const { stdout } = await runCommand(['check', '--config', configFile]);
    expect(stdout).toMatch(/^warning directory people: .*weiß@example\.org.*weiss@example\.org/m);
  });
});
