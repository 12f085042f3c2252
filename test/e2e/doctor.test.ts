import { chmod, chown, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { doctor } from '../../src/cli/doctor/doctor.ts';
import type { Finding } from '../../src/cli/finding.ts';
import { capture } from '../support/command.ts';
import { startDaemonProcess } from '../support/daemon.ts';
import { findFreePorts } from '../support/loopback.ts';
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
  readonly what: string;
  readonly level: Finding['level'];
  readonly about: RegExp;
  readonly text: RegExp;
  readonly mend: RegExp;
}

describeWith(['postfix', 'root'], 'idpmap doctor, beside a real Postfix,', () => {
  const resources = new AsyncDisposableStack();
  let postfix: Postfix;
  let place: string;
  let port: number;
  let tcp: string;
  let outside: string;
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
    postfix = await startPostfix({ mainCf: asking(UNIX), chroot: true });
    resources.defer(() => postfix.stop());
    for (const name of ['mainCf', 'masterCf'] as const) base[name] = await readFile(fileOf(name), 'utf8');
    await writeFile(join(place, 'people.yaml'), stringify(PEOPLE));
    const config = await configure({ listen: [...listen(), `tcp://127.0.0.1:${port}`, `unix:${outside}?mode=0660&group=postfix`] });
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
    const kept = base.mainCf.split('\n').filter((line) => !(line.split(' ')[0] ?? '' in mainCf));
    const lines = Object.entries(mainCf).map(([name, value]) => `${name} = ${value}`);
    const rest = base.mainCf
      .split('\n')
      .filter((line) => !Object.hasOwn(mainCf, line.split(' ')[0] ?? ''));
    void kept;
    await writeFile(fileOf('mainCf'), [...rest, ...lines, ''].join('\n'));
    await writeFile(fileOf('masterCf'), masterCf(base.masterCf));
    for (const name of ['mainCf', 'masterCf'] as const)
      await utimes(fileOf(name), LONG_AGO, LONG_AGO);
  }

  async function examine(changed: Case): Promise<readonly Finding[]> {
    await setUp(changed);
    const config = await configure(changed.config);
    const putBack = await changed.machine?.();
    try {
      const { text } = await capture(() =>
        doctor({
          config,
          json: true,
          postfixConfig: postfix.configDirectory,
          user: changed.user ?? 'root',
        }),
      );
      const findings: readonly Finding[] = JSON.parse(text);
      // The machine's own clock is nobody's plant.
      return findings.filter(({ about, level }) => level !== 'ok' && about !== 'the clock');
    } finally {
      await putBack?.();
    }
  }

  /** What Postfix says to a recipient, once it has read its files again. */
  async function ask(to: string): Promise<number> {
    process.kill(postfix.pid, 'SIGHUP');
    const client = await connectSmtp(postfix.port);
    await client.ehlo('mx.elsewhere.test');
    await client.mail('x@elsewhere.test');
    const { code } = await client.rcpt(to);
    await client.quit();
    return code;
  }

  const unjailed = (text: string): string => text.replaceAll(/^(\S+ \S+ \S+ \S+) y /gm, '$1 n ');

  describe('finds nothing to mend', () => {
    const RIGHT: readonly (readonly [string, () => Case])[] = [
      ['in a jail, by a Unix socket', () => ({})],
      ['out of the jail, by a Unix socket', () => ({ masterCf: unjailed })],
      ['in a jail, by TCP', () => ({ mainCf: asking(tcp), config: { listen: `tcp://127.0.0.1:${port}` } })],
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
      await expect.poll(() => ask('ann@example.org')).toBe(250);
    });
  });

  describe('finds what was planted:', () => {
    const strange = createServer();
    const PLANTED: readonly (() => Planted)[] = [
      () => ({
        what: 'a group that does not exist',
        config: { listen: `unix:${postfix.socketDirectory}/socketmap?mode=0660&group=postfixx` },
        level: 'failed',
        about: /socketmap$/,
        text: /group "postfixx" does not exist/,
        mend: /group=postfix/,
      }),
    ];
    void strange; void chown; void rm;
    test.each(PLANTED.map((make) => [make] as const))('%s', async (make) => {
      const { what, level, about, text, mend, ...changed } = make();
      const findings = await examine(changed);
      expect(findings, what).toContainEqual({
        level,
        about: expect.stringMatching(about),
        text: expect.stringMatching(text),
        mend: expect.stringMatching(mend),
      });
    });
  });
});
