import { chmod, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import type { Finding } from '../../src/cli/finding.ts';
import { capture } from '../support/command.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import { PEOPLE } from '../support/people.ts';
import { type Postfix, startPostfix } from '../support/postfix.ts';
import type { MainCf } from '../support/postfix-config.ts';
import { describeWith } from '../support/requirement.ts';
import { connectSmtp } from '../support/smtp.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const LONG_AGO = new Date('2000-01-01');
const UNIX = 'socketmap:unix:idpmap/socketmap';

/** What `idpmap postfix` prints of tables at this place. */
const asking = (table: string, extra: MainCf = {}): MainCf => ({
  virtual_mailbox_domains: 'example.org',
  virtual_mailbox_maps: `${table}:user-exists`,
  virtual_alias_maps: `${table}:virtual-aliases`,
  virtual_alias_domains: '',
  virtual_transport: 'discard:',
  smtpd_sender_login_maps: `${table}:sender-logins`,
  virtual_alias_expansion_limit: '1001',
  ...extra,
});

/** How one case departs from what is right. */
interface Case {
  readonly mainCf?: MainCf;
  /** Changes master.cf as a whole. */
  readonly masterCf?: (text: string) => string;
  /** Changes idpmap's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes the machine; gives what puts it back. */
  readonly machine?: () => Promise<() => Promise<unknown>>;
  readonly user?: string;
}

interface Planted extends Case {
  readonly finds: readonly [level: Finding['level'], about: RegExp, text: RegExp, mend: RegExp];
  /** What Postfix says to a recipient then: that it is no idle fear. */
  readonly says?: readonly [recipient: string, code: number];
}

const REPLY_MS = 15_000;

const STANDARD = {
  'user-exists': { kind: 'mailboxes' },
  'virtual-domains': { kind: 'domains' },
  'virtual-aliases': { kind: 'aliases' },
  'sender-logins': { kind: 'senders' },
  'relay-recipients': { kind: 'recipients' },
};

describeWith(['postfix', 'root'], 'idpmap doctor, beside a real Postfix,', () => {
  const resources = new AsyncDisposableStack();
  let postfix: Postfix;
  let place: string;
  let port: number;
  let tcp: string;
  let outside: string;
  let strangePort: number;
  const base = { mainCf: '', masterCf: '' };

  beforeAll(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-doctor');
    resources.defer(() => temporary.remove());
    place = temporary.path;
    [port = 0] = await findFreePorts(1);
    tcp = `socketmap:inet:127.0.0.1:${port}`;
    await chmod(place, 0o755);
    outside = join(place, 'outside', 'socketmap');
    await mkdir(join(place, 'outside'));
    const stranger = await serveLoopback(async () => {});
    resources.defer(() => stranger.stop());
    strangePort = stranger.port;
    postfix = await startPostfix({ mainCf: asking(UNIX), chroot: true });
    resources.defer(() => postfix.stop());
    for (const name of ['mainCf', 'masterCf'] as const)
      base[name] = await readFile(fileOf(name), 'utf8');
    await writeFile(join(place, 'people.yaml'), stringify(PEOPLE));
    const config = await configure({
      listen: [...listen(), `tcp://127.0.0.1:${port}`, `unix:${outside}?mode=0660&group=postfix`],
    });
    const daemon = await startDaemonProcess(['serve', '--config', config]);
    resources.defer(() => daemon.stop());
  });
  afterAll(() => resources.disposeAsync());

  const fileOf = (name: 'mainCf' | 'masterCf'): string =>
    join(postfix.configDirectory, name === 'mainCf' ? 'main.cf' : 'master.cf');
  const listen = (): readonly string[] => [
    `unix:${postfix.socketDirectory}/socketmap?mode=0660&group=postfix`,
  ];

  async function configure(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const file = join(place, 'idpmap.yaml');
    const config = {
      listen: listen(),
      control: 'control',
      http: 'off',
      domains: { 'example.org': { directory: 'people' } },
      directories: { people: { type: 'file', path: 'people.yaml' } },
      ...more,
    };
    await writeFile(file, stringify(config));
    return file;
  }

  /** Writes main.cf and master.cf, as if long ago: Postfix lets fresh ones cool down. */
  async function setUp({ mainCf = {}, masterCf = (text) => text }: Case): Promise<void> {
    const lines = Object.entries(mainCf).map(([name, value]) => `${name} = ${value}`);
    const rest = base.mainCf
      .split('\n')
      .filter((line) => !Object.hasOwn(mainCf, line.split(' ')[0] ?? ''));
    await writeFile(fileOf('mainCf'), [...rest, ...lines, ''].join('\n'));
    await writeFile(fileOf('masterCf'), masterCf(base.masterCf));
    for (const name of ['mainCf', 'masterCf'] as const)
      await utimes(fileOf(name), LONG_AGO, LONG_AGO);
  }

  /** What doctor finds; `meanwhile` is done before all is put back. */
  async function examine(
    changed: Case,
    meanwhile?: () => Promise<unknown>,
  ): Promise<readonly Finding[]> {
    await setUp(changed);
    const putBack = await changed.machine?.();
    try {
      const config = await configure(changed.config);
      const { text } = await capture(() =>
        doctor({
          config,
          json: true,
          postfixConfig: postfix.configDirectory,
          user: changed.user ?? 'root',
        }),
      );
      await meanwhile?.();
      const findings: readonly Finding[] = JSON.parse(text);
      // Whether this machine's clock is kept is nobody's plant.
      return findings.filter(({ level, text: what }) => level !== 'ok' && !/NTP/.test(what));
    } finally {
      await putBack?.();
    }
  }

  /** Postfix says it once it has read its files again: processes from before may answer until then. */
  async function expectReply(to: string, code: number): Promise<void> {
    process.kill(postfix.pid, 'SIGHUP');
    await expect.poll(() => ask(to), { timeout: REPLY_MS }).toBe(code);
  }

  async function ask(to: string): Promise<number> {
    const client = await connectSmtp(postfix.port);
    await client.ehlo('mx.elsewhere.test');
    // A sender of ours, whom port 25 takes from forwarders.
    await client.mail('ann@example.org');
    const { code } = await client.rcpt(to);
    await client.quit();
    return code;
  }

  const unjailed = (text: string): string => text.replaceAll(/^(\S+ \S+ \S+ \S+) y /gm, '$1 n ');

  describe('finds nothing to mend', () => {
    const RIGHT: readonly (readonly [string, () => Case])[] = [
      ['in a jail, by a Unix socket', () => ({})],
      ['out of the jail, by a Unix socket', () => ({ masterCf: unjailed })],
      [
        'in a jail, by TCP',
        () => ({ mainCf: asking(tcp), config: { listen: `tcp://127.0.0.1:${port}` } }),
      ],
      [
        'in a jail, by proxymap, for the socket is outside',
        () => ({
          mainCf: asking(`proxy:socketmap:unix:${outside}`),
          config: { listen: `unix:${outside}?mode=0660&group=postfix` },
        }),
      ],
      [
        'as a relay',
        () => ({
          mainCf: {
            ...Object.fromEntries(Object.keys(asking('')).map((name) => [name, ''])),
            virtual_transport: 'virtual',
            virtual_alias_expansion_limit: '1000',
            relay_domains: 'example.org',
            relay_recipient_maps: `${UNIX}:relay-recipients`,
          },
        }),
      ],
      [
        'with domains asked for, and local users beside them',
        () => ({
          mainCf: {
            ...asking(UNIX, { virtual_mailbox_domains: `${UNIX}:virtual-domains` }),
            mydestination: '$myhostname, localhost',
            local_recipient_maps: 'proxy:unix:passwd.byname $alias_maps',
          },
        }),
      ],
    ];
    test.each(RIGHT)('%s', async (_, make) => {
      const right = make();
      expect(await examine(right)).toEqual([]);
      await expectReply('ann@example.org', 250);
    });
  });

  describe('finds what was planted:', () => {
    const PLANTED: readonly (readonly [what: string, make: () => Planted])[] = [
      [
        'a group that does not exist',
        () => ({
          config: { listen: `unix:${postfix.socketDirectory}/socketmap?group=postfixx` },
          finds: ['failed', /socketmap$/, /group "postfixx" does not exist/, /group=postfix/],
        }),
      ],
      [
        'a directory that is absent',
        () => ({
          config: { listen: `unix:${postfix.queueDirectory}/absent/socketmap?group=postfix` },
          finds: ['failed', /absent.socketmap$/, /absent does not exist/, /^install -d -o root/],
        }),
      ],
      [
        'a directory that idpmap may not write to',
        () => ({
          user: 'nobody',
          config: { listen: `unix:${outside}`, control: '/tmp/idpmap-control' },
          finds: ['failed', /outside.socketmap$/, /nobody .* may not write to .*outside/, /--user/],
        }),
      ],
      [
        'a directory that anybody may write to',
        () => ({
          machine: modeOf(postfix.socketDirectory, 0o777, 0o2770),
          finds: ['failed', /socketmap$/, /anybody may write to .*idpmap/, /chmod o-w/],
        }),
      ],
      [
        'a file where the socket is to be',
        () => ({
          config: { listen: `unix:${place}/people.yaml?mode=0666` },
          finds: ['failed', /people.yaml$/, /a file is there, and no socket/, /remove/],
        }),
      ],
      [
        'a socket that Postfix may not open',
        () => ({
          config: { listen: `unix:${outside}` },
          mainCf: asking(`proxy:socketmap:unix:${outside}`),
          finds: [
            'failed',
            /outside.socketmap$/,
            /^postfix \(uid \d+\) may not connect: root, the group root may \(mode 0660\)/,
            /\?mode=0660&group=postfix$/,
          ],
        }),
      ],
      [
        'a socket whose mode was changed',
        () => ({
          machine: modeOf(`${postfix.socketDirectory}/socketmap`, 0o600, 0o660),
          finds: ['failed', /socketmap$/, /the socket that is there now: root may/, /restart/],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a directory that Postfix may not pass',
        () => ({
          machine: modeOf(postfix.socketDirectory, 0o700, 0o2770),
          finds: ['failed', /socketmap$/, /postfix .* may not pass .*idpmap/, /chmod g\+x/],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a port that somebody else has',
        () => ({
          config: { http: `tcp://127.0.0.1:${strangePort}` },
          finds: [
            'failed',
            /^tcp:/,
            /in use by pid \d+ \(.*\), which is not/,
            /"http" name another/,
          ],
        }),
      ],
      [
        'an address that this machine does not have',
        () => ({
          config: {
            listen: {
              endpoint: 'tcp://192.0.2.1:9100',
              allow: ['192.0.2.0/24'],
              acknowledgeUnauthenticated: true,
            },
          },
          finds: ['failed', /192\.0\.2\.1:9100$/, /no such address/, /ip address/],
        }),
      ],
      [
        'a map that is not configured',
        () => ({
          mainCf: { virtual_mailbox_maps: `${UNIX}:user-exist` },
          finds: [
            'failed',
            /^main.cf, virtual_mailbox_maps$/,
            /the map user-exist, which is not configured.*451 4\.3\.5/,
            /socketmap:unix:idpmap\/socketmap:user-exists$/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a map of another kind',
        () => ({
          mainCf: { virtual_alias_maps: `${UNIX}:user-exists` },
          finds: [
            'failed',
            /virtual_alias_maps$/,
            /a map of mailboxes, where one of aliases/,
            /virtual-aliases$/,
          ],
        }),
      ],
      [
        'a table that cannot be read',
        () => ({
          mainCf: { virtual_mailbox_maps: `socketmap:inet:127.0.0.1:user-exists` },
          finds: ['failed', /virtual_mailbox_maps$/, /can't be read/, /socketmap:unix/],
        }),
      ],
      [
        'a misspelt parameter',
        () => ({
          mainCf: { virtual_mailbox_map: `${UNIX}:user-exists` },
          finds: [
            'failed',
            /^main.cf, virtual_mailbox_map$/,
            /no parameter of Postfix/,
            /idpmap postfix/,
          ],
        }),
      ],
      [
        'localhost in the jail',
        () => ({
          config: { listen: `tcp://127.0.0.1:${port}` },
          mainCf: asking(`socketmap:inet:localhost:${port}`),
          finds: [
            'failed',
            /virtual_mailbox_maps$/,
            /localhost is unknown in the jail/,
            /inet:127\.0\.0\.1/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a socket outside the jail, without proxy:',
        () => ({
          config: { listen: `unix:${outside}?mode=0660&group=postfix` },
          mainCf: asking(`socketmap:unix:${outside}`),
          finds: [
            'failed',
            /virtual_mailbox_maps$/,
            /runs in the jail .*No such file/,
            /or write proxy:/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a path of the jail, outside of it',
        () => ({
          masterCf: unjailed,
          mainCf: asking('socketmap:unix:/idpmap/socketmap'),
          finds: [
            'failed',
            /virtual_mailbox_maps$/,
            /outside of the jail/,
            /unix:idpmap\/socketmap:user-exists$/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a table that proxymap may not read',
        () => ({
          config: { maps: { ...STANDARD, blocked: { kind: 'mailboxes' } } },
          mainCf: {
            smtpd_restriction_classes: 'klass',
            klass: `check_recipient_access proxy:${UNIX}:blocked`,
          },
          finds: ['failed', /^main.cf, klass$/, /not approved: smtpd ends/, /proxy_read_maps/],
        }),
      ],
      [
        'an endpoint where nobody listens',
        () => ({
          mainCf: { virtual_mailbox_maps: 'socketmap:inet:127.0.0.1:9:user-exists' },
          finds: [
            'failed',
            /virtual_mailbox_maps$/,
            /nobody listens at tcp:\/\/127\.0\.0\.1:9,/,
            /idpmap postfix/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'IPv6, which Postfix does not speak',
        () => ({
          config: { listen: `tcp://[::1]:${port}` },
          mainCf: asking(`socketmap:inet:[::1]:${port}`),
          finds: [
            'failed',
            /virtual_mailbox_maps$/,
            /::1 is ipv6, and Postfix speaks ipv4 only/,
            /127\.0\.0\.1/,
          ],
          says: ['ann@example.org', 451],
        }),
      ],
      [
        'a table where Postfix wants a secure one',
        () => ({
          mainCf: { alias_maps: `${UNIX}:virtual-aliases` },
          finds: ['failed', /alias_maps$/, /not secure enough/, /take .* out/],
        }),
      ],
      [
        'passwords by socketmap',
        () => ({
          mainCf: { smtp_sasl_password_maps: `${UNIX}:user-exists` },
          finds: [
            'failed',
            /smtp_sasl_password_maps$/,
            /neither encrypts nor authenticates/,
            /hash:/,
          ],
        }),
      ],
      [
        'virtual_alias_domains at its default',
        () => ({
          mainCf: { virtual_alias_domains: '$virtual_alias_maps' },
          finds: ['warning', /virtual_alias_domains$/, /bare domains/, /virtual_alias_domains =/],
        }),
      ],
      [
        'a delimiter that differs',
        () => ({
          mainCf: { recipient_delimiter: '-' },
          finds: [
            'failed',
            /recipient_delimiter$/,
            /is "-", and idpmap cuts addresses at "\+"/,
            /= \+/,
          ],
        }),
      ],
      [
        'a domain that is local, too',
        () => ({
          mainCf: { mydestination: 'localhost, example.org' },
          finds: [
            'failed',
            /^main.cf, mydestination$/,
            /example\.org, which is in virtual_mailbox_domains/,
            /take/,
          ],
          says: ['ann@example.org', 550],
        }),
      ],
      [
        'a domain that main.cf lacks',
        () => ({
          config: {
            domains: {
              'example.org': { directory: 'people' },
              'example.net': { aliasOf: 'example.org' },
            },
          },
          finds: ['failed', /virtual_mailbox_domains$/, /lacks example\.net/, /add example\.net/],
          says: ['ann@example.net', 554],
        }),
      ],
      [
        'a domain that idpmap does not have',
        () => ({
          mainCf: { virtual_mailbox_domains: 'example.org, old.example' },
          finds: [
            'failed',
            /virtual_mailbox_domains$/,
            /old\.example, of which idpmap knows nobody/,
            /domains:/,
          ],
          says: ['ann@old.example', 550],
        }),
      ],
      [
        'a relay that takes everybody',
        () => ({
          mainCf: {
            relay_domains: `${UNIX}:virtual-domains`,
            virtual_mailbox_domains: '',
            virtual_mailbox_maps: '',
          },
          finds: ['failed', /relay_recipient_maps$/, /everybody in relay_domains/, /--relay/],
          says: ['nobody@example.org', 250],
        }),
      ],
      [
        'recipients that are verified by another memory',
        () => ({
          mainCf: {
            smtpd_recipient_restrictions: 'reject_unverified_recipient',
            unverified_recipient_reject_code: '550',
          },
          finds: [
            'failed',
            /smtpd_recipient_restrictions$/,
            /who is new is refused \(550\)/,
            /take/,
          ],
        }),
      ],
      [
        'local recipients that only idpmap is asked for',
        () => ({
          mainCf: { mydestination: 'mx.test', local_recipient_maps: `${UNIX}:user-exists` },
          finds: [
            'failed',
            /local_recipient_maps$/,
            /answers for none of mx\.test/,
            /passwd\.byname/,
          ],
          says: ['root@mx.test', 550],
        }),
      ],
      [
        'local recipients that nobody is asked for',
        () => ({
          mainCf: { mydestination: 'mx.test', local_transport: 'discard:' },
          finds: ['failed', /local_recipient_maps$/, /everybody at mx\.test/, /postconf -X/],
          says: ['nobody@mx.test', 250],
        }),
      ],
      [
        'a check of senders at port 25',
        () => ({
          mainCf: {
            smtpd_sasl_auth_enable: 'yes',
            smtpd_sender_restrictions: 'reject_sender_login_mismatch',
          },
          finds: [
            'failed',
            /^main.cf, smtpd_sender_restrictions$/,
            /refused \(553\)$/,
            /master\.cf/,
          ],
          says: ['bob@example.org', 553],
        }),
      ],
      [
        'a submission service that checks no sender',
        () => ({
          masterCf: (text) => text.replace(/ -o smtpd_sender_restrictions=\S+/, ''),
          finds: [
            'warning',
            /^master.cf, 127/,
            /may send as anybody/,
            /-o smtpd_sender_restrictions/,
          ],
        }),
      ],
      [
        'virtual(8) as the transport',
        () => ({
          mainCf: { virtual_transport: 'virtual' },
          finds: ['failed', /virtual_transport$/, /refuses socketmap tables/, /lmtp:/],
          says: ['ann@example.org', 250],
        }),
      ],
      [
        'groups larger than Postfix expands',
        () => ({
          mainCf: { virtual_alias_expansion_limit: '100' },
          finds: [
            'warning',
            /virtual_alias_expansion_limit$/,
            /is 100, and a group may have 1000/,
            /= 1001/,
          ],
        }),
      ],
      [
        'mail that is taken for nobody',
        () => ({
          mainCf: { smtpd_reject_unlisted_recipient: 'no' },
          finds: ['failed', /smtpd_reject_unlisted_recipient$/, /do not exist is taken/, /= yes/],
          says: ['nobody@example.org', 250],
        }),
      ],
      [
        'an incident whose remedy stayed',
        () => ({
          mainCf: { soft_bounce: 'yes' },
          finds: ['warning', /soft_bounce$/, /nothing is refused/, /postconf -X/],
          says: ['nobody@example.org', 450],
        }),
      ],
      [
        'a secret that everybody may read',
        () => ({
          config: { http: { endpoint: 'off', token: { file: 'token' } } },
          machine: fileWith('token', 0o644),
          finds: ['warning', /token$/, /everybody on this machine may read it/, /chmod 640/],
        }),
      ],
      [
        'a secret that idpmap may not read',
        () => ({
          user: 'nobody',
          config: { http: { endpoint: 'off', token: { file: 'token' } } },
          machine: fileWith('token', 0o600),
          finds: ['failed', /token$/, /nobody .* may not read it/, /chgrp nobody/],
        }),
      ],
      [
        'a place for the control socket that idpmap may not write to',
        () => ({
          user: 'nobody',
          finds: [
            'failed',
            /^control: /,
            /nobody .* may not write to .*: idpmap does not start/,
            /chown/,
          ],
        }),
      ],
      [
        'a memory file from the future',
        () => ({
          config: { cache: { file: 'memory' } },
          machine: fileWith('memory', 0o600, new Date(Date.now() + 86_400_000)),
          finds: ['warning', /^the clock$/, /memory was written later/, /timedatectl/],
        }),
      ],
    ];

    test.each(PLANTED)('%s', async (_, make) => {
      const { finds, says, ...changed } = make();
      const [level, about, text, mend] = finds;
      const asked = says && (() => expectReply(...says));
      expect(await examine(changed, asked)).toContainEqual({
        level,
        about: expect.stringMatching(about),
        text: expect.stringMatching(text),
        mend: expect.stringMatching(mend),
      });
    });

    test('twenty and more', () => {
      expect(PLANTED.length).toBeGreaterThanOrEqual(20);
    });
  });

  const modeOf = (file: string, wrong: number, right: number) => async () => {
    await chmod(file, wrong);
    return () => chmod(file, right);
  };

  const fileWith = (name: string, mode: number, written?: Date) => async () => {
    const file = join(place, name);
    await writeFile(file, 'a secret of sixteen');
    await chmod(file, mode);
    if (written !== undefined) await utimes(file, written, written);
    return () => rm(file);
  };
});
