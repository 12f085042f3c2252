import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand, startDaemonProcess } from '../../support/daemon.ts';
import { ADMINISTRATOR } from '../../support/keycloak/admin.ts';
import { environment } from '../../support/keycloak/distribution.ts';
import type { KeycloakServer } from '../../support/keycloak/keycloak.ts';
import { findFreePorts } from '../../support/loopback.ts';
import { type Dovecot, startDovecot } from '../../support/postfix/dovecot.ts';
import { type Postfix, startPostfix } from '../../support/postfix/postfix.ts';
import { sendMail } from '../../support/postfix/smtp.ts';
import { startProcess } from '../../support/process.ts';
import { describeWith } from '../../support/requirement.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = readFileSync(join(ROOT, 'docs/directories.md'), 'utf8');

/** The examples of a chapter of docs/directories.md that are in a language, one after the other. */
function examples(chapter: string, language: string): string {
  const [, text = ''] = PAGE.split(`\n### ${chapter}\n`);
  const [body = ''] = text.split(/^##/m);
  const blocks = [...body.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  if (blocks.length === 0) throw new Error(`${chapter} has no ${language}`);
  return blocks.map(([, block = '']) => block).join('');
}

/** The realm that the page's commands make; the server that runs has its `mail` already. */
const REALM = 'office';

/** A user id that nobody has. */
const VMAIL = 5000;

/** As long as a dozen starts of Java may take where others work. */
const COMMANDS_MS = 600_000;

/** Registers what the page's way from an empty realm to mail in a Dovecot comes to. It makes a realm of its own. */
export function describeDovecot(running: () => KeycloakServer): void {
  describeWith(['dovecot', 'postfix', 'root'], 'docs/directories.md', () => {
    const resources = new AsyncDisposableStack();
    let postfix: Postfix;
    let dovecot: Dovecot;
    /** Where the configuration is that the page's commands write, and the mail. */
    let place: string;

    beforeAll(async () => {
      const directory = await makeTemporaryDirectory('idpmap-dovecot-mail');
      resources.defer(() => directory.remove());
      place = directory.path;
      const [port = 0] = await findFreePorts(1);
      const own = {
        IDPMAP_CONFIG: join(place, 'idpmap.yaml'),
        IDPMAP_LISTEN: `tcp://127.0.0.1:${port}`,
        IDPMAP_CONTROL: join(place, 'control'),
        IDPMAP_HTTP: 'off',
        // Keycloak may have to share the machine with other tests.
        IDPMAP_DEADLINE: '3s',
      };
      await runCommands(examples(TEN_MINUTES, 'sh'), own);
      const daemon = await startDaemonProcess(['serve'], own);
      resources.defer(() => daemon.stop());
      const { stdout } = await runCommand(['postfix'], own);
      postfix = await startPostfix({ mainCf: readMainCf(stdout), chroot: true });
      resources.defer(() => postfix.stop());
      dovecot = await startStore();
      resources.defer(() => dovecot.stop());
    }, COMMANDS_MS);

    afterAll(() => resources.disposeAsync());

    /** Runs what the page tells to type, as an administrator with `idpmap` and `kcadm.sh` on the path. */
    async function runCommands(text: string, own: Readonly<Record<string, string>>): Promise<void> {
      const bin = join(place, 'bin');
      await mkdir(bin);
      const program = join(bin, 'idpmap');
      await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${ROOT}/src/cli.ts "$@"\n`);
      await chmod(program, 0o755);
      const commands = text
        .replaceAll('https://sso.example.org', running().url)
        .replaceAll('/etc/idpmap', place)
        .replaceAll(/(-r |--realm |realm=)mail\b/g, `$1${REALM}`);
      const env = environment({
        ...own,
        // It asks for the password else, and keeps its login in the user's home directory.
        KC_CLI_PASSWORD: ADMINISTRATOR.password,
        KC_OPTS: `-Duser.home=${place}`,
      });
      const path = `${bin}:${join(running().home, 'bin')}:${env['PATH']}`;
      const shell = startProcess('sh', ['-euc', commands], {
        cwd: place,
        env: { ...env, PATH: path },
      });
      try {
        await until(() => shell.ended() !== undefined, COMMANDS_MS);
        if (shell.ended() !== 'ended with code 0')
          throw new Error(`the commands ${shell.ended()}\n${commands}\n${shell.output()}`);
      } finally {
        await shell.stop();
      }
    }

    /** Starts Dovecot as the page says, in places of its own. */
    async function startStore(): Promise<Dovecot> {
      const mail = join(place, 'vmail');
      await mkdir(mail);
      await chown(mail, VMAIL, VMAIL);
      const settings = examples(STORE, 'conf')
        .replaceAll('/var/spool/postfix', postfix.queueDirectory)
        .replaceAll('/var/vmail', mail)
        .replaceAll('=vmail', `=${VMAIL}`);
      return startDovecot({
        settings,
        socket: join(postfix.queueDirectory, 'private/dovecot-lmtp'),
      });
    }

    /** The new messages of a mailbox of example.org; none where there is no Maildir. */
    async function newMail(name: string): Promise<readonly string[]> {
      const maildir = join(place, 'vmail/example.org', name, 'Maildir/new');
      const files = await readdir(maildir).catch(() => []);
      return Promise.all(files.map((file) => readFile(join(maildir, file), 'utf8')));
    }

    /** Sends a message about `subject`; gives what Postfix said of the recipient. */
    async function send(to: string, subject: string): Promise<number | undefined> {
      const { recipients } = await sendMail(postfix.port, {
        from: 'eve@client.test',
        to: [to],
        message: `Subject: ${subject}\n\ntest\n`,
      });
      return recipients[0]?.code;
    }

    const reaches = (name: string, subject: string): Promise<boolean> =>
      until(async () => {
        const messages = await newMail(name);
        return messages.some((text) => text.includes(`Subject: ${subject}\n`));
      }, 20_000);

    test('makes a user who never logged in, and can not', async () => {
      const [ann] = Object(await running().admin('GET', `/realms/${REALM}/users?username=ann`));
      expect(ann).toMatchObject({ email: 'ann@example.org', enabled: true });
      const path = `/realms/${REALM}/users/${ann.id}`;
      expect(await running().admin('GET', `${path}/credentials`)).toEqual([]);
      expect(await running().admin('GET', `${path}/sessions`)).toEqual([]);
    });

    test.each([
      { what: 'her address', to: 'ann@example.org' },
      { what: 'her address in capitals', to: 'Ann@Example.ORG' },
      { what: 'an extension', to: 'ann+news@example.org' },
      { what: 'her alias', to: 'a.smith@example.org' },
      { what: 'her group', to: 'team@example.org' },
    ])('brings mail for $what into her Maildir', async ({ what, to }) => {
      expect(await send(to, what)).toBe(250);
      expect(await reaches('ann', what)).toBe(true);
    });

    test('lets Dovecot take an address with an apostrophe', async () => {
      const email = "o'hara@example.org";
      const user = { username: 'ohara', email, enabled: true };
      await running().admin('POST', `/realms/${REALM}/users`, user);
      expect(await until(async () => (await send(email, 'quote')) === 250, 20_000)).toBe(true);
      expect(await reaches("o'hara", 'quote')).toBe(true);
    });

    test('lets Dovecot know nobody by name', async () => {
      await expect(dovecot.user('*')).rejects.toThrow('user listing failed');
      expect(await dovecot.user('whoever@example.org')).toContain('/example.org/whoever');
    });

    test('refuses mail for nobody, who gets no Maildir', async () => {
      expect(await send('nobody@example.org', 'nobody')).toBe(550);
      expect(await readdir(join(place, 'vmail/example.org'))).not.toContain('nobody');
      expect(postfix.bounces()).toEqual([]);
    });
  });
}

/** The chapters of the page. */
const TEN_MINUTES = 'Ten minutes, from an empty realm to mail';
const STORE = 'A mail store that knows nobody: Dovecot';

/** Reads lines of main.cf. */
function readMainCf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => /^\w/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(/\s*=\s*/);
      return [name, value.join('=')];
    }),
  );
}
