import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mainCfLines, renderShape } from '../support/embed/rendered.ts';
import { makePlace, startInstance } from '../support/instance.ts';
import type { MainCf } from '../support/postfix/config.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';

/** What an image has already, as far as the lines of the values build on it. */
interface Image {
  readonly name: string;
  readonly mainCf: MainCf;
  /** Files in its /etc/postfix. */
  readonly files: Readonly<Record<string, string>>;
  /** Addresses that idpmap alone knows, or the image alone. */
  readonly known: readonly string[];
}

const DOCKER_MAILSERVER: Image = {
  name: 'docker-mailserver',
  mainCf: {},
  files: {
    vhost: 'local.example\n',
    vmailbox: 'kim@local.example local.example/kim/\n',
    virtual: 'info@example.org kim@local.example\n',
    aliases: '',
    'maps/sender_login_maps.pcre': '/^(.*)$/ $1\n',
  },
  known: [
    'ann@example.org',
    'a.smith@example.org',
    'team@example.org',
    'kim@local.example',
    'info@example.org',
  ],
};

const MAILU: Image = {
  name: 'mailu',
  mainCf: {
    virtual_mailbox_domains: 'socketmap:unix:/tmp/podop.socket:domain',
    virtual_mailbox_maps: 'socketmap:unix:/tmp/podop.socket:mailbox',
  },
  files: {},
  known: ['ann@example.org', 'kim@example.org', 'a.smith@example.org', 'team@example.org'],
};

const BOKYSAN: Image = {
  name: 'bokysan',
  mainCf: {
    smtpd_relay_restrictions: 'permit',
    smtpd_recipient_restrictions: 'check_sender_access inline:{ example.org=OK }, reject',
  },
  files: {},
  known: ['ann@example.org', 'a.smith@example.org', 'whoever@elsewhere.example'],
};

const DOMAIN = `
domains: { example.org: { directory: people } }
directories: { people: { type: file, path: people.yaml } }
`;

const PEOPLE = `
accounts:
  - { address: ann@example.org, aliases: [a.smith@example.org] }
  - { address: bob@example.org }
groups: [{ address: team@example.org, members: [ann@example.org] }]
`;

/** Mailu's own socketmap, which knows its users. */
const PODOP = {
  people: 'accounts: [{ address: ann@example.org }, { address: kim@example.org }]\n',
  config: `${DOMAIN}
maps:
  domain: { kind: domains }
  mailbox: { kind: mailboxes }
  alias: { kind: aliases }
  senderlogin: { kind: senders }
`,
};

const LOGIN = 'ann@example.org';

/** Starts idpmap with these people at sockets for everybody who can see them, as the container makes them. */
async function serve(people: string, config: string, sockets: readonly string[]): Promise<void> {
  const place = await makePlace();
  await writeFile(join(place, 'people.yaml'), people);
  const listen = sockets.map((socket) => `unix:${socket}?mode=0666`);
  // A file that was just written is read once it stands still: the first question waits for that.
  const own = `listen: ${JSON.stringify(listen)}\ndeadline: 10s\n`;
  await startInstance({ place, config: own + config });
}

/** Starts a real Postfix with what the image has, the lines of the values over it, and who is asked by them. */
async function startImage({ name, mainCf, files }: Image): Promise<Postfix> {
  const place = await makePlace();
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, file)), { recursive: true });
    await writeFile(join(place, file), text);
  }
  const lines = mainCfLines(await renderShape(name)).filter((line) => !line.startsWith('#'));
  const settings = [...Object.entries(mainCf), ...lines.map((line) => line.split(/ = ?/, 2))];
  const postfix = await startPostfix({
    mainCf: Object.fromEntries(settings.map(([key, value]) => [key, movedTo(place, value)])),
    logins: { [LOGIN]: 'right' },
  });
  onTestFinished(() => postfix.stop());
  const sockets = [join(place, 'socketmap'), join(postfix.socketDirectory, 'socketmap')];
  await serve(PEOPLE, DOMAIN, sockets);
  if (name === 'mailu') await serve(PODOP.people, PODOP.config, [join(place, 'podop.socket')]);
  return postfix;
}

/** Writes a value for files and sockets that lie in `place`, and for kinds of maps that Debian's own package has. */
const movedTo = (place: string, value = ''): string =>
  value
    .replace('hash:/etc/aliases', 'texthash:/etc/postfix/aliases')
    .replace('pcre:', 'regexp:')
    .replaceAll(/\/etc\/postfix\/|\/run\/postfix-idpmap\/|\/tmp\/(?=podop)/g, `${place}/`);

/** The reply's code for each recipient of a mail that nobody has logged in for. */
async function tell({ port }: Postfix, recipients: readonly string[]) {
  const client = await connectSmtp(port);
  await client.ehlo();
  await client.mail('app@example.org');
  const codes: Record<string, number> = {};
  for (const address of recipients) codes[address] = (await client.rcpt(address)).code;
  await client.quit();
  return codes;
}

/** The reply's code for a mail from each sender, by somebody who has logged in. */
async function tellLoggedIn({ submissionPort }: Postfix, senders: readonly string[]) {
  const client = await connectSmtp(submissionPort);
  await client.ehlo();
  await client.auth(LOGIN, 'right');
  const codes: Record<string, number> = {};
  for (const sender of senders) {
    await client.mail(sender);
    codes[sender] = (await client.rcpt('whoever@elsewhere.example')).code;
    await client.command('RSET');
  }
  await client.quit();
  return codes;
}

describeWith(
  ['postfix', 'root', 'helm'],
  'a real Postfix with the lines for another’s chart',
  () => {
    test.each([DOCKER_MAILSERVER, MAILU, BOKYSAN])(
      'takes mail for whom idpmap or the image knows, and refuses strangers: $name',
      async (image) => {
        const postfix = await startImage(image);
        expect(await tell(postfix, [...image.known, 'nobody@example.org'])).toEqual({
          ...Object.fromEntries(image.known.map((address) => [address, 250])),
          'nobody@example.org': 550,
        });
      },
    );

    test.each([DOCKER_MAILSERVER, MAILU])(
      'holds a login to the addresses that idpmap gives it: $name',
      async (image) => {
        const postfix = await startImage(image);
        const senders = ['ann@example.org', 'a.smith@example.org', 'bob@example.org'];
        expect(await tellLoggedIn(postfix, senders)).toEqual({
          'ann@example.org': 250,
          'a.smith@example.org': 250,
          'bob@example.org': 553,
        });
      },
    );
  },
);
