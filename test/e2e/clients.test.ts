import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { exim } from '../support/mta/exim.ts';
import { type Mta, type SetUp, startMta } from '../support/mta/mta.ts';
import { opensmtpd } from '../support/mta/opensmtpd.ts';
import { recipeOf } from '../support/mta/recipes.ts';
import { sendmail } from '../support/mta/sendmail.ts';
import { connectSmtp, sendMail } from '../support/postfix/smtp.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

// A test starts up to five servers, one after the other.
vi.setConfig({ testTimeout: 240_000 });

const PEOPLE = {
  accounts: [
    { address: 'ann@example.org', aliases: ['a.smith@example.org'] },
    { address: 'bob@example.org' },
    { address: 'off@example.org', enabled: false },
    { address: '100%0@example.org', aliases: ['share@example.org'] },
    { address: '|touch$IFS/srv/vmail/pwned@example.org', aliases: ['pipe@example.org'] },
    { address: '/srv/vmail/file@example.org', aliases: ['path@example.org'] },
  ],
  groups: [{ address: 'team@example.org', members: ['ann@example.org', 'bob@example.org'] }],
};

const ANN = 'ann@example.org';
const KNOWN = ['ann', 'Ann', 'ann+news', 'bob', 'a.smith', 'team'].map(
  (name) => `${name}@example.org`,
);
const UNKNOWN = ['nobody', 'nobody+ann', 'off', 'ann.smith'].map((name) => `${name}@example.org`);

/** A map that knows Ann, in the configuration of each chapter. */
const MAP = { sendmail: 'user-exists', OpenSMTPD: 'people', Exim: 'user-exists' } as const;
type Chapter = keyof typeof MAP;

/** Writes the configuration of a chapter of docs/clients.md, in a directory that holds its sockets, too. */
async function prepare(chapter: Chapter, adapt = (text: string): string => text) {
  const temporary = await makeTemporaryDirectory('idpmap-clients');
  onTestFinished(() => temporary.remove());
  const { path } = temporary;
  const [people, config] = ['people.yaml', 'idpmap.yaml'].map((name) => join(path, name));
  if (people === undefined || config === undefined) throw new Error('no place');
  const text = recipeOf(chapter, 'yaml')
    .replaceAll('/run/idpmap/', `${path}/`)
    .replaceAll('/var/spool/postfix/idpmap/', `${path}/postfix-`)
    // Each client's group is known in its own namespace only.
    .replaceAll(/mode=0660&group=[\w-]+/g, 'mode=0666');
  await writeFile(people, stringify(PEOPLE));
  await writeFile(config, `${adapt(text)}control: ${join(path, 'control')}\nstate: off\n`);
  const client = createSocketmapClient({
    endpoint: { kind: 'unix', path: join(path, 'socketmap') },
    timeoutMs: PATIENCE_MS,
  });
  onTestFinished(() => client.close());
  const says = (key: string, status: string): Promise<boolean> =>
    until(async () => (await client.ask(MAP[chapter], key)).status === status, PATIENCE_MS);
  return {
    path,
    mail: join(path, 'mail'),
    serve: async () => {
      const daemon = await startDaemonProcess(['serve', '--config', config]);
      onTestFinished(() => daemon.stop());
      expect(await says(ANN, 'OK')).toBe(true);
      return daemon;
    },
    /** From now on its directory cannot be read. */
    breakDirectory: async () => {
      await writeFile(people, 'accounts: [');
      expect(await says('whoever@example.org', 'TEMP')).toBe(true);
    },
  };
}

const PATIENCE_MS = 60_000;

async function open(setUp: SetUp, sockets: string): Promise<Mta> {
  const mta = await startMta(setUp, sockets);
  onTestFinished(() => mta.stop());
  return mta;
}

/** The first digit of what is said to each recipient, in one session. */
async function ask({ port }: Mta, recipients: readonly string[]): Promise<readonly string[]> {
  const client = await connectSmtp(port);
  await client.ehlo();
  await client.mail('sender@elsewhere.example');
  const said: string[] = [];
  for (const to of recipients)
    said.push(`${to} ${Math.trunc((await client.rcpt(to)).code / 100)}xx`);
  await client.quit();
  return said;
}

const all = (recipients: readonly string[], said: string): readonly string[] =>
  recipients.map((to) => `${to} ${said}`);

const SET_UPS: Readonly<Record<Chapter, (mail: string) => SetUp>> = {
  sendmail: () => sendmail(recipeOf('sendmail', 'm4')),
  OpenSMTPD: (mail) => opensmtpd(recipeOf('OpenSMTPD', 'conf'), mail),
  Exim: () => exim(recipeOf('Exim', 'exim')),
};

const NEEDS: Readonly<Record<Chapter, readonly Requirement[]>> = {
  sendmail: ['namespaces', 'sendmail', 'sendmailCf'],
  OpenSMTPD: ['namespaces', 'opensmtpd'],
  Exim: ['namespaces', 'exim'],
};

for (const chapter of ['sendmail', 'OpenSMTPD', 'Exim'] as const) {
  describeWith(NEEDS[chapter], `${chapter}, set up as docs/clients.md says`, () => {
    test('takes mail for whom idpmap knows, and refuses it for others', async () => {
      const { path, mail, serve } = await prepare(chapter);
      await serve();
      const mta = await open(SET_UPS[chapter](mail), path);
      expect(await ask(mta, KNOWN)).toEqual(all(KNOWN, '2xx'));
      expect(await ask(mta, UNKNOWN)).toEqual(all(UNKNOWN, '5xx'));
    });

    test('defers mail for whom the directory may have, while it is down', async () => {
      const { path, mail, serve, breakDirectory } = await prepare(chapter);
      await serve();
      const mta = await open(SET_UPS[chapter](mail), path);
      await breakDirectory();
      expect(await ask(mta, ['ann@example.org', ...UNKNOWN.slice(0, 2)])).toEqual([
        'ann@example.org 2xx',
        ...all(UNKNOWN.slice(0, 2), '4xx'),
      ]);
    });

    test('defers all mail while idpmap is gone', async () => {
      const { path, mail, serve } = await prepare(chapter);
      const daemon = await serve();
      const mta = await open(SET_UPS[chapter](mail), path);
      expect(await ask(mta, KNOWN)).toEqual(all(KNOWN, '2xx'));
      await daemon.stop();
      expect(await ask(mta, [...KNOWN, ...UNKNOWN])).toEqual(all([...KNOWN, ...UNKNOWN], '4xx'));
      await serve();
      if (chapter === 'OpenSMTPD') {
        expect(await ask(mta, KNOWN)).toEqual(all(KNOWN, '4xx'));
        await mta.stop();
      }
      const next = chapter === 'OpenSMTPD' ? await open(SET_UPS[chapter](mail), path) : mta;
      expect(await ask(next, [...KNOWN, ...UNKNOWN])).toEqual([
        ...all(KNOWN, '2xx'),
        ...all(UNKNOWN, '5xx'),
      ]);
    });
  });
}

describeWith(NEEDS.sendmail, 'sendmail', () => {
  const misspelt = sendmail(
    recipeOf('sendmail', 'm4').replaceAll('relay_recipients', 'relay_recipient'),
  );

  test.each([
    ['defers mail', 'told who asks', (text: string) => text, '4xx'],
    [
      'would bounce mail',
      'not told who asks',
      (text: string) => text.replace(', client: sendmail', ''),
      '5xx',
    ],
  ] as const)(
    '%s over a map that is not there, where idpmap is %s',
    async (_what, _how, adapt, said) => {
      const { path, serve } = await prepare('sendmail', adapt);
      await serve();
      expect(await ask(await open(misspelt, path), KNOWN)).toEqual(all(KNOWN, said));
    },
  );

  test('finds an address with a percent sign as it is', async () => {
    const { path, serve } = await prepare('sendmail');
    await serve();
    const mta = await open(sendmail(TELLING), path);
    const client = await connectSmtp(mta.port);
    await client.ehlo();
    await client.mail('sender@elsewhere.example');
    expect((await client.rcpt('share@example.org')).text).toContain('found 100%0@example.org');
    await client.quit();
  });
});

/** Tells in its refusals what the aliases map says. */
const TELLING = `LOCAL_CONFIG
Kvirtual_aliases socket -T<TMPF> local:/run/idpmap/socketmap
LOCAL_RULESETS
SLocal_check_rcpt
R$*\t$: $>canonify $1
R$* < @ $+ . >\t$: $1 < @ $2 >
R$+ < @ $+ >\t$: $(virtual_aliases $1 @ $2 $: NOBODY $)
R$*\t$#error $@ 5.1.1 $: "550 found " $1
`;

describeWith(NEEDS.OpenSMTPD, 'OpenSMTPD', () => {
  test('delivers to people, and to those behind aliases and groups', async () => {
    const { path, mail, serve } = await prepare('OpenSMTPD');
    await serve();
    const mta = await open(SET_UPS.OpenSMTPD(mail), path);
    await sendMail(mta.port, { from: 'sender@elsewhere.example', to: KNOWN });
    const arrived = (name: string): number => {
      const folder = join(mail, 'example.org', name, 'new');
      return existsSync(folder) ? readdirSync(folder).length : 0;
    };
    // Ann is asked for as herself, in capitals, by her alias and in the group; her extension has a mailbox of its own.
    const delivered = () => [arrived('ann'), arrived('ann+news'), arrived('bob')].join(' ');
    await until(() => delivered() === '4 1 2', PATIENCE_MS);
    expect(delivered()).toBe('4 1 2');
  });

  test('runs no command and writes no file that a directory names', async () => {
    const { path, mail, serve } = await prepare('OpenSMTPD');
    await serve();
    const mta = await open(SET_UPS.OpenSMTPD(mail), path);
    const to = ['pipe@example.org', 'path@example.org'];
    expect(await ask(mta, to)).toEqual(all(to, '4xx'));
    await sendMail(mta.port, { from: 'sender@elsewhere.example', to: [...to, 'bob@example.org'] });
    await until(() => existsSync(join(mail, 'example.org/bob/new')), PATIENCE_MS);
    expect(readdirSync(mail)).toEqual(['example.org']);
    expect(mta.log()).not.toMatch(/commands executed|mail\.mboxfile/);
  });

  test('goes on asking after a reload of idpmap', async () => {
    const { path, mail, serve } = await prepare('OpenSMTPD');
    const daemon = await serve();
    const mta = await open(SET_UPS.OpenSMTPD(mail), path);
    expect(await ask(mta, KNOWN)).toEqual(all(KNOWN, '2xx'));
    process.kill(daemon.pid, 'SIGHUP');
    await until(() => daemon.output().includes('configuration reloaded'), PATIENCE_MS);
    expect(await ask(mta, [...KNOWN, ...UNKNOWN])).toEqual([
      ...all(KNOWN, '2xx'),
      ...all(UNKNOWN, '5xx'),
    ]);
  });

  test('does not start where idpmap is not there', async () => {
    const { path, mail } = await prepare('OpenSMTPD');
    await expect(open(SET_UPS.OpenSMTPD(mail), path)).rejects.toThrow('error connecting');
  });
});
