import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand, startDaemonProcess } from '../daemon.ts';
import { findFreePorts } from '../loopback.ts';
import { DOMAINS, LOGINS, MAILBOXES, MAPS, PEOPLE } from '../people.ts';
import type { RunningProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import type { MainCf } from './config.ts';
import { type LmtpSink, startLmtpSink } from './lmtp.ts';
import { type Postfix, startPostfix } from './postfix.ts';

/** How Postfix, jailed as Debian has it, reaches the daemon. */
export type Wire = 'tcp' | 'unix';

/** A whole mail system: Postfix, the daemon that it asks, and the store that takes the mail. */
export interface MailSystem {
  readonly postfix: Postfix;
  /** Knows the mailboxes, and nobody else. */
  readonly sink: LmtpSink;
  readonly configFile: string;
  /** The lines that `idpmap postfix` printed, by parameter. */
  readonly mainCf: MainCf;
  /** Names a map as main.cf does: `socketmap:inet:127.0.0.1:9100:NAME`. */
  mapOf(name: string): string;
  /** Starts `idpmap serve` with the system's configuration, waits until it knows its people. It ends with the system, if nobody stops it before. */
  serve(...parameters: readonly string[]): Promise<RunningProcess>;
  stop(): Promise<void>;
}

/** Settings beside those that every system has, as the configuration would write them. */
export interface MoreSettings {
  readonly domains?: Readonly<Record<string, unknown>>;
  readonly directories?: Readonly<Record<string, unknown>>;
}

/** The README's place of the socket, which the private Postfix has below a queue directory of its own. */
const DEBIAN_QUEUE = '/var/spool/postfix';

const READ_LIMIT_MS = 10_000;

/** Starts a system; its daemon is the test's to start. Postfix is set up with what `idpmap postfix` prints. */
export async function startMailSystem(wire: Wire, more: MoreSettings = {}): Promise<MailSystem> {
  await using resources = new AsyncDisposableStack();
  const temporary = await makeTemporaryDirectory('idpmap-mail');
  resources.defer(() => temporary.remove());
  const directory = temporary.path;
  const configFile = join(directory, 'idpmap.yaml');
  const [port = 0] = await findFreePorts(1);
  const configure = (queueDirectory: string): Promise<void> => {
    const socket = `unix:${queueDirectory}/idpmap/socketmap?mode=0660&group=postfix`;
    const listen = wire === 'tcp' ? `tcp://127.0.0.1:${port}` : socket;
    return writeFile(configFile, stringify(settingsOf(listen, join(directory, 'control'), more)));
  };

  await writeFile(join(directory, 'people.yaml'), stringify(PEOPLE));
  await configure(DEBIAN_QUEUE);
  const mainCf = await printMainCf(configFile);
  const sink = await startLmtpSink({ mailboxes: MAILBOXES });
  resources.defer(() => sink.stop());
  const postfix = await startPostfix({
    mainCf: {
      ...mainCf,
      virtual_transport: sink.transport,
      // Postfix's own way to hand mail to each recipient apart.
      lmtp_destination_recipient_limit: '1',
    },
    chroot: true,
    logins: LOGINS,
  });
  resources.defer(() => postfix.stop());
  await configure(postfix.queueDirectory);

  const owned = resources.move();
  const table = mainCf['virtual_mailbox_maps']?.replace(/:[^:]*$/, '') ?? '';
  return {
    postfix,
    sink,
    configFile,
    mainCf,
    mapOf: (name) => `${table}:${name}`,
    serve: async (...parameters) => {
      const daemon = await startDaemonProcess(['serve', '--config', configFile, ...parameters]);
      owned.defer(() => daemon.stop());
      const isRead = () => daemon.output().includes('people.yaml loaded');
      if (await until(isRead, READ_LIMIT_MS)) return daemon;
      throw new Error(
        `the people file was not read within ${READ_LIMIT_MS} ms\n${daemon.output()}`,
      );
    },
    stop: () => owned.disposeAsync(),
  };
}

const settingsOf = (listen: string, control: string, more: MoreSettings): object => ({
  listen,
  control,
  domains: { ...DOMAINS, ...more.domains },
  directories: { people: { type: 'file', path: 'people.yaml' }, ...more.directories },
  maps: MAPS,
});

/** Reads what `idpmap postfix` prints, comments aside. */
async function printMainCf(configFile: string): Promise<MainCf> {
  const { code, stdout, stderr } = await runCommand(['postfix', '--config', configFile]);
  if (code !== 0) throw new Error(`idpmap postfix ends with ${code}: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => /^[^#]/.test(line));
  return Object.fromEntries(lines.map((line) => line.split(/ = ?/, 2)));
}
