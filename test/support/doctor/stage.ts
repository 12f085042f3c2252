import { chmod, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { doctor } from '../../../src/cli/doctor/doctor.ts';
import type { PlacedRemark } from '../../../src/cli/remark.ts';
import { capture } from '../command.ts';
import { startDaemonProcess } from '../daemon.ts';
import { findFreePorts, serveLoopback } from '../loopback.ts';
import { PEOPLE } from '../people.ts';
import type { MainCf } from '../postfix/config.ts';
import { type Postfix, startPostfix } from '../postfix/postfix.ts';
import { writeSettled } from '../postfix/settled.ts';
import { connectSmtp } from '../postfix/smtp.ts';
import { makeTemporaryDirectory } from '../temporary.ts';

/** How one case departs from what is right. */
export interface Case {
  readonly mainCf?: MainCf;
  /** Changes master.cf as a whole. */
  readonly masterCf?: (text: string) => string;
  /** Changes idpmap's configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes the machine; gives what puts it back. */
  readonly machine?: () => Promise<() => Promise<unknown>>;
  /** Who is to run idpmap; absent: root. */
  readonly user?: string;
}

/** What is wrong, and what doctor has to say of it. */
export type Planted = readonly [
  what: string,
  make: (stage: Stage) => Case & {
    readonly finds: readonly [
      level: PlacedRemark['level'],
      about: RegExp,
      text: RegExp,
      mend: RegExp,
    ];
    /** What Postfix says to a recipient then: that it is no idle fear. */
    readonly says?: readonly [recipient: string, code: number];
  },
];

/** A jailed Postfix, and an idpmap that listens wherever a case has it asked. */
export interface Stage {
  readonly postfix: Postfix;
  /** Where idpmap's files lie. */
  readonly place: string;
  /** Where idpmap listens over TCP. */
  readonly port: number;
  /** Where it listens outside of the jail. */
  readonly outside: string;
  /** Where somebody else does. */
  readonly strangePort: number;
  readonly unjailed: (text: string) => string;
  /** Writes a file beside the configuration, for as long as a case takes. */
  readonly fileWith: (name: string, mode: number, written?: Date) => Case['machine'] & {};
  /** What doctor finds; `meanwhile` is done before all is put back. */
  examine(changed: Case, meanwhile?: () => Promise<unknown>): Promise<readonly PlacedRemark[]>;
  /** Postfix says it once it has read its files again: processes from before may answer until then. */
  expectReply(to: string, code: number): Promise<void>;
  stop(): Promise<void>;
}

export const UNIX = 'socketmap:unix:idpmap/socketmap';

/** The built-in maps. */
export const STANDARD = {
  'user-exists': { kind: 'mailboxes' },
  'virtual-domains': { kind: 'domains' },
  'virtual-aliases': { kind: 'aliases' },
  'sender-logins': { kind: 'senders' },
  'relay-recipients': { kind: 'recipients' },
};

/** What `idpmap postfix` prints of tables at this place. */
export const asking = (table: string, extra: MainCf = {}): MainCf => ({
  virtual_mailbox_domains: 'example.org',
  virtual_mailbox_maps: `${table}:user-exists`,
  virtual_alias_maps: `${table}:virtual-aliases`,
  virtual_alias_domains: '',
  virtual_transport: 'discard:',
  smtpd_sender_login_maps: `${table}:sender-logins`,
  virtual_alias_expansion_limit: '1001',
  ...extra,
});

/** Gives a file another mode. */
export const modeOf =
  (file: string, wrong: number, right: number): Case['machine'] & {} =>
  async () => {
    await chmod(file, wrong);
    return () => chmod(file, right);
  };

const REPLY_MS = 15_000;

/** Starts both. */
export async function startStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const temporary = await makeTemporaryDirectory('idpmap-doctor');
  resources.defer(() => temporary.remove());
  const place = temporary.path;
  const [port = 0] = await findFreePorts(1);
  const outside = join(place, 'outside', 'socketmap');
  await chmod(place, 0o755);
  await mkdir(join(place, 'outside'));
  const stranger = await serveLoopback(async () => {});
  resources.defer(() => stranger.stop());
  const postfix = await startPostfix({ mainCf: asking(UNIX), chroot: true });
  resources.defer(() => postfix.stop());
  await writeFile(join(place, 'people.yaml'), stringify(PEOPLE));
  const socket = `unix:${postfix.socketDirectory}/socketmap?mode=0660&group=postfix`;
  const config = await configure(place, {
    listen: [socket, `tcp://127.0.0.1:${port}`, `unix:${outside}?mode=0660&group=postfix`],
  });
  const daemon = await startDaemonProcess(['serve', '--config', config]);
  resources.defer(() => daemon.stop());
  const setUp = await createSetUp(postfix);

  const owned = resources.move();
  return {
    postfix,
    place,
    port,
    outside,
    strangePort: stranger.port,
    unjailed: (text) => text.replaceAll(/^(\S+ \S+ \S+ \S+) y /gm, '$1 n '),
    fileWith: (name, mode, written) => async () => {
      const file = join(place, name);
      await writeFile(file, 'a secret of sixteen');
      await chmod(file, mode);
      if (written !== undefined) await utimes(file, written, written);
      return () => rm(file);
    },
    examine: async (changed, meanwhile) => {
      await setUp(changed);
      const putBack = await changed.machine?.();
      try {
        const remarks = await consult(
          await configure(place, { listen: socket, ...changed.config }),
          postfix.configDirectory,
          changed.user ?? 'root',
        );
        await meanwhile?.();
        return remarks;
      } finally {
        await putBack?.();
      }
    },
    expectReply: async (to, code) => {
      await postfix.restart();
      await expect.poll(() => ask(postfix, to), { timeout: REPLY_MS }).toBe(code);
    },
    stop: () => owned.disposeAsync(),
  };
}

async function configure(place: string, more: Readonly<Record<string, unknown>>): Promise<string> {
  const file = join(place, 'idpmap.yaml');
  const config = {
    control: 'control',
    http: 'off',
    domains: { 'example.org': { directory: 'people' } },
    directories: { people: { type: 'file', path: 'people.yaml' } },
    ...more,
  };
  await writeFile(file, stringify(config));
  return file;
}

/** Writes main.cf and master.cf. */
async function createSetUp({ configDirectory }: Postfix) {
  const [mainFile, masterFile] = ['main.cf', 'master.cf'].map((name) =>
    join(configDirectory, name),
  );
  if (mainFile === undefined || masterFile === undefined) throw new Error('there are two');
  const [main, master] = [await readFile(mainFile, 'utf8'), await readFile(masterFile, 'utf8')];
  return async ({ mainCf = {}, masterCf = (text) => text }: Case): Promise<void> => {
    const lines = Object.entries(mainCf).map(([name, value]) => `${name} = ${value}`);
    const rest = main
      .split('\n')
      .filter((line) => !Object.hasOwn(mainCf, line.split(' ')[0] ?? ''));
    await writeSettled(mainFile, [...rest, ...lines, ''].join('\n'));
    await writeSettled(masterFile, masterCf(master));
  };
}

async function consult(
  config: string,
  postfixConfig: string,
  user: string,
): Promise<readonly PlacedRemark[]> {
  const { text } = await capture(() => doctor({ config, json: true, postfixConfig, user }));
  const remarks: readonly PlacedRemark[] = JSON.parse(text);
  // Whether this machine's clock is kept is nobody's plant.
  return remarks.filter(({ level, text: what }) => level !== 'ok' && !what.includes('NTP'));
}

/** What Postfix says to a recipient of a sender of ours, whom port 25 takes from forwarders. */
async function ask(postfix: Postfix, to: string): Promise<number> {
  const client = await connectSmtp(postfix.port);
  await client.ehlo('mx.elsewhere.test');
  await client.mail('ann@example.org');
  const { code } = await client.rcpt(to);
  await client.quit();
  return code;
}
