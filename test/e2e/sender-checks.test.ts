import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { CHART, helm, withValues } from '../support/kubernetes/chart.ts';
import { findFreePorts } from '../support/loopback.ts';
import { LOGINS, PEOPLE } from '../support/people.ts';
import type { MainCf } from '../support/postfix/config.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');

/** The block between fences of a page that holds `mark`. */
async function blockOf(page: string, mark: string): Promise<string> {
  const blocks = [...(await read(page)).matchAll(/^```\w*\n(.*?)^```$/gms)].map(
    ([, text = '']) => text,
  );
  const block = blocks.find((text) => text.includes(mark));
  if (block === undefined) throw new Error(`no block of ${page} holds ${mark}`);
  return block;
}

/** What a page, a command or the chart tells an administrator to write into main.cf, and below submission in master.cf. */
interface Told {
  readonly mainCf: MainCf;
  readonly submission: readonly string[];
}

/** Reads it as an administrator does: settings by their lines, options of master.cf also where they are a comment. */
function readTold(...texts: readonly string[]): Told {
  const lines = texts
    .join('\n')
    .split('\n')
    .map((line) => line.trim());
  const settings = lines.flatMap((line) => {
    const { name, value = '' } = /^(?<name>\w+) = ?(?<value>.*)$/.exec(line)?.groups ?? {};
    return name === undefined ? [] : [[name, value] as const];
  });
  const options = lines.flatMap(
    (line) => /^(?:# *)?-o (?<option>\w+=\S+)$/.exec(line)?.groups?.['option'] ?? [],
  );
  return { mainCf: Object.fromEntries(settings), submission: options };
}

/** All that says how Postfix is set up. */
type Way = (configFile: string) => Promise<Told>;

const command =
  (...more: readonly string[]): Way =>
  async (configFile) => {
    const { code, stdout, stderr } = await runCommand(['postfix', '--config', configFile, ...more]);
    if (code !== 0) throw new Error(`idpmap postfix ends with ${code}: ${stderr}`);
    return readTold(stdout);
  };

const README: Way = async () =>
  readTold(
    await blockOf('README.md', 'virtual_mailbox_maps = '),
    await blockOf('README.md', 'reject_sender_login_mismatch'),
  );

/** The page has the service in full, the command the rest. */
const PAGE: Way = async (configFile) => {
  const { mainCf } = await command()(configFile);
  const { submission } = readTold(await blockOf('docs/postfix.md', 'submission inet'));
  return { mainCf, submission: submission.filter((option) => !/tls|syslog|sasl/.test(option)) };
};

const PAGE_RELAY: Way = async () => readTold(await blockOf('docs/postfix.md', 'relay_domains = '));

const NOTES: Way = async () =>
  readTold(await helm(['install', 'mail', CHART, '--dry-run=client', ...withValues('sidecar')]));

const COMPOSE: Way = async () => {
  const { mainCf, submission } = readTold(await read('deploy/compose/postfix/main.cf'));
  // What belongs to its container.
  const { maillog_file: _, compatibility_level: __, ...rest } = mainCf;
  return { mainCf: rest, submission };
};

const DELIVERS: readonly (readonly [string, Way])[] = [
  ['the README', README],
  ['docs/postfix.md', PAGE],
  ['the notes of the chart', NOTES],
  ['the command', command()],
  ['the compose file', COMPOSE],
];

const RELAYS: readonly (readonly [string, Way])[] = [
  ['docs/postfix.md', PAGE_RELAY],
  ['the command', command('--relay')],
];

/** Mail that comes in at port 25 with a sender of ours, and from nobody who logs in. */
const ARRIVALS = [
  {
    who: 'a forwarder that passes on',
    helo: 'forward.elsewhere.test',
    from: 'ann@example.org',
    to: 'bob@example.org',
  },
  {
    who: 'a list that sends back',
    helo: 'lists.elsewhere.test',
    from: 'bob@example.org',
    to: 'bob@example.org',
  },
  {
    who: 'a printer that sends as an alias',
    helo: 'printer',
    from: 'a.smith@example.org',
    to: 'ann@example.org',
  },
  { who: 'a group as the sender', helo: 'app', from: 'team@example.org', to: 'ann@example.org' },
  {
    who: 'somebody else',
    helo: 'mx.elsewhere.test',
    from: 'x@elsewhere.test',
    to: 'ann@example.org',
  },
] as const;

describeWith(['postfix', 'helm'], 'Postfix, set up as it is told', () => {
  const resources = new AsyncDisposableStack();
  let configFile: string;
  let table: string;

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-senders');
    resources.defer(() => temporary.remove());
    configFile = join(temporary.path, 'idpmap.yaml');
    const [port = 0] = await findFreePorts(1);
    table = `socketmap:inet:127.0.0.1:${port}`;
    const config = {
      listen: `tcp://127.0.0.1:${port}`,
      control: 'control',
      deadline: '10s',
      domains: { 'example.org': { directory: 'people' } },
      directories: { people: { type: 'file', path: 'people.yaml' } },
    };
    await writeFile(join(temporary.path, 'people.yaml'), stringify(PEOPLE));
    await writeFile(configFile, stringify(config));
    const daemon = await startDaemonProcess(['serve', '--config', configFile]);
    resources.defer(() => daemon.stop());
  });
  afterAll(() => resources.disposeAsync());

  /** Starts Postfix with these lines, and at a port of its own what master.cf has for submission. */
  async function start(way: Way): Promise<{ postfix: Postfix; submission: number; told: Told }> {
    const told = await way(configFile);
    const [submission = 0] = await findFreePorts(1);
    const mainCf = Object.fromEntries(
      Object.entries(told.mainCf).map(([name, value]) => [
        name,
        value.replace(/socketmap:(?:inet:127\.0\.0\.1:\d+|unix:idpmap\/socketmap)/, table),
      ]),
    );
    const transport = 'discard:';
    const options = ['smtpd_sasl_auth_enable=yes', ...told.submission].map((each) => ` -o ${each}`);
    const postfix = await startPostfix({
      mainCf: {
        ...mainCf,
        virtual_transport: transport,
        relay_transport: transport,
        default_transport: transport,
      },
      masterCf: [`127.0.0.1:${submission} inet n - n - - smtpd${options.join('')}`],
      logins: LOGINS,
    });
    return { postfix, submission, told };
  }

  /** The reply to RCPT TO, where Postfix says what it holds against sender and recipient. */
  async function ask(
    port: number,
    {
      from,
      to,
      helo = 'client.test',
      login,
    }: { from: string; to: string; helo?: string; login?: string },
  ): Promise<{ readonly code: number; readonly text: string }> {
    const client = await connectSmtp(port);
    await client.ehlo(helo);
    if (login !== undefined) expect(await client.auth(login, 'right')).toMatchObject({ code: 235 });
    expect(await client.mail(from)).toMatchObject({ code: 250 });
    const reply = await client.rcpt(to);
    await client.quit();
    return reply;
  }

  describe.each(DELIVERS)('by %s', (_, way) => {
    let postfix: Postfix;
    let submission: number;
    let told: Told;
    beforeAll(async () => {
      ({ postfix, submission, told } = await start(way));
    });
    afterAll(() => postfix.stop());

    test.each(ARRIVALS)('takes at port 25 the mail of $who', async (arrival) => {
      expect(await ask(postfix.port, arrival)).toMatchObject({ code: 250 });
    });

    test('still refuses there mail for nobody', async () => {
      const reply = await ask(postfix.port, { from: 'ann@example.org', to: 'nobody@example.org' });
      expect(reply).toMatchObject({ code: 550 });
    });

    test('holds who logs in to an address of their own', async () => {
      expect(told.submission).toContain('smtpd_sender_restrictions=reject_sender_login_mismatch');
      const to = 'ann@example.org';
      expect(await ask(submission, { from: 'bob@example.org', to, login: 'bob' })).toMatchObject({
        code: 250,
      });
      expect(await ask(submission, { from: 'ann@example.org', to, login: 'bob' })).toMatchObject({
        code: 553,
        text: expect.stringContaining('not owned by user bob'),
      });
      expect(
        await ask(submission, { from: 'a.smith@example.org', to, login: 'ann' }),
      ).toMatchObject({ code: 250 });
    });
  });

  describe.each(RELAYS)('as a relay by %s', (_, way) => {
    let postfix: Postfix;
    let told: Told;
    beforeAll(async () => {
      ({ postfix, told } = await start(way));
    });
    afterAll(() => postfix.stop());

    test('says nothing of senders', () => {
      expect(told.submission).toEqual([]);
      expect(Object.keys(told.mainCf)).not.toContain('smtpd_sender_login_maps');
    });

    test.each(ARRIVALS)('takes the mail of $who', async (arrival) => {
      expect(await ask(postfix.port, arrival)).toMatchObject({ code: 250 });
    });
  });
});
