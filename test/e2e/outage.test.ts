import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { silentLog } from '../../src/log.ts';
import { loadSettings } from '../../src/settings.ts';
import { findFreePorts } from '../support/loopback.ts';
import { askingAt } from '../support/postfix/config.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp, type SmtpClient } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import {
  account,
  createScripted,
  employ,
  type Mode,
  type ScriptedDirectory,
} from '../support/scripted.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const SESSIONS = 10;
/** Known recipients that each session asks for, and as many unknown ones: 1000 in all. */
const PEOPLE = 50;
const ALL = SESSIONS * PEOPLE;
const RECOVERY_MS = 10_000;

/** Verdicts that came, and how often. */
type Tally = Readonly<Record<string, number>>;

describeWith(['postfix', 'root'], 'an outage of the directory', () => {
  let postfix: Postfix;
  let port: number;

  beforeAll(async () => {
    [port = 0] = await findFreePorts(1);
    postfix = await startPostfix({
      mainCf: {
        ...askingAt(port),
        virtual_transport: 'discard:',
      },
    });
  });
  afterAll(() => postfix?.stop());

  /** Starts a daemon over `directory` whose memory is fresh for a moment only, so that it must be stale to answer. */
  const serve = async (directory: ScriptedDirectory): Promise<void> => {
    const temporary = await makeTemporaryDirectory('idpmap-outage');
    onTestFinished(() => temporary.remove());
    const { path } = temporary;
    const { settings } = await loadSettings({
      environment: {},
      instead: {
        listen: `tcp://127.0.0.1:${port}`,
        http: 'off',
        domains: { 'example.org': { directory: 'staff' } },
        directories: { staff: { type: 'file', path: join(path, 'nobody-reads-this.yaml') } },
        cache: { fresh: '1ms', freshNone: '1ms' },
      },
    });
    const daemon = await startDaemon({
      settings,
      controlPath: join(path, 'control'),
      log: silentLog,
      showAddress: (address) => address,
      open: async () => directory,
    });
    onTestFinished(() => daemon.stop());
  };

  const openSession = async (session: number): Promise<SmtpClient> => {
    const client = await connectSmtp(postfix.port);
    onTestFinished(() => client.close());
    await client.ehlo();
    await client.mail(`session-${session}@client.test`);
    return client;
  };

  test.each<Mode>(['fails', 'hangs', 'blind'])(
    'that %s refuses nobody and defers nobody whom memory knows',
    async (mode) => {
      const directory = createScripted();
      employ(
        directory,
        everybody(`known-${mode}`).map((address) => account(address)),
      );
      await serve(directory);
      const clients = await Promise.all(numbers(SESSIONS).map(openSession));
      const before = await askAll(clients, [`known-${mode}`]);
      expect(before).toEqual({ [`known-${mode} 250`]: ALL });

      directory.mode = mode;
      const during = await askAll(clients, [`known-${mode}`, `unknown-${mode}`]);
      expect(during).toEqual({ [`known-${mode} 250`]: ALL, [`unknown-${mode} 451`]: ALL });

      const newcomer = addressOf(`newcomer-${mode}`, 0, 0);
      employ(directory, [account(newcomer)]);
      directory.mode = 'well';
      const [client] = clients;
      const isHealed = async () =>
        (await client?.rcpt(addressOf(`unknown-${mode}`, 0, 0)))?.code === 550 &&
        (await client?.rcpt(newcomer))?.code === 250;
      expect(await until(isHealed, RECOVERY_MS)).toBe(true);
    },
  );
});

/** Each session asks for one address of each sort in turn; counts the verdicts by sort. */
async function askAll(clients: readonly SmtpClient[], sorts: readonly string[]): Promise<Tally> {
  const tally: Record<string, number> = {};
  const askOne = async (client: SmtpClient, session: number): Promise<void> => {
    for (const person of numbers(PEOPLE)) {
      for (const sort of sorts) {
        const { code } = await client.rcpt(addressOf(sort, session, person));
        const verdict = `${sort} ${code}`;
        tally[verdict] = (tally[verdict] ?? 0) + 1;
      }
    }
  };
  await Promise.all(clients.map(askOne));
  return tally;
}

/** All addresses of one sort that the sessions ask for. */
const everybody = (sort: string): readonly string[] =>
  numbers(SESSIONS).flatMap((session) =>
    numbers(PEOPLE).map((person) => addressOf(sort, session, person)),
  );

const addressOf = (sort: string, session: number, person: number): string =>
  `${sort}-${session}-${person}@example.org`;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
