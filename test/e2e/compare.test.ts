import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPANY } from '../support/command.ts';
import { type CommandResult, runCommand, startDaemonProcess } from '../support/daemon.ts';
import { writeSettled } from '../support/postfix/settled.ts';
import type { RunningProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

/** Aliases of old: two as idpmap has them, one that leads elsewhere, one it has not, a catch-all, two that are no addresses. */
const VIRTUAL = [
  'team@example.com admin@example.com, User@example.com',
  'sales@example.com other@example.com',
  'old@example.com user@example.com',
  '"a b"@example.com user@example.com',
  'jörg@example.com user@example.com',
  '@full.example user@example.com',
  'root user@example.com',
  'example.com anything',
];

const LOG = `
Nov 30 03:00:00 mx postfix/qmgr[7]: 4B1: from=<bob@client.test>, size=1, nrcpt=1 (queue active)
Nov 30 03:00:00 mx postfix/lmtp[7]: 4B1: to=<user@example.com>, orig_to=<sales@example.com>, relay=x, status=sent (250 OK)
Nov 30 03:00:01 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from c[192.0.2.1]: 550 5.1.1 <nobody@example.com>: Recipient address rejected; from=<> to=<nobody@example.com> proto=ESMTP helo=<c>
Nov 30 03:00:02 mx postfix/lmtp[7]: 4B2: to=<sales@example.com>, relay=x, status=sent (250 OK)
`;

describeWith(['postfixSql'], 'idpmap compare', () => {
  let place: TemporaryDirectory;
  let daemon: RunningProcess;
  let table: string;

  const write = async (name: string, text: string): Promise<string> => {
    const file = join(place.path, name);
    await writeSettled(file, text);
    return file;
  };

  const compare = (...parameters: readonly string[]): Promise<CommandResult> =>
    runCommand(['compare', '--postfix-config', place.path, ...parameters], {
      IDPMAP_CONFIG: join(place.path, 'idpmap.yaml'),
    });

  beforeAll(async () => {
    place = await makeTemporaryDirectory('idpmap-compare');
    table = `texthash:${await write('virtual', `${VIRTUAL.join('\n')}\n`)}`;
    await write('main.cf', `compatibility_level = 3.6\nvirtual_alias_maps = ${table}\n`);
    const config = await write('idpmap.yaml', COMPANY['idpmap.yaml']);
    daemon = await startDaemonProcess(['serve', '--config', config]);
  });
  afterAll(async () => {
    await daemon?.stop();
    await place?.remove();
  });

  test('tells of all that a table of old has, named by its parameter, what mail would notice', async () => {
    const { code, stdout, stderr } = await compare(
      'virtual_alias_maps',
      'virtual-aliases',
      '--table',
    );
    const leftOut =
      'not compared, it is no address: Postfix asks a socketmap for whole addresses only';
    const lost =
      'would be refused (550), or stay in a mailbox of that address; until now it goes to user@example.com';
    expect([stderr, code]).toEqual(['', 1]);
    expect(stdout.split('\n').slice(0, -2).toSorted()).toEqual([
      `"a b"@example.com: ${lost}`,
      `example.com: ${leftOut}`,
      `jörg@example.com: ${lost}`,
      `old@example.com: ${lost}`,
      `root: ${leftOut}`,
      'sales@example.com: other@example.com would not get it any more; user@example.com would get it',
    ]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '8 keys: 1 the same, 1 alike (order, case, extension), 3 would be refused or not be found, 1 would be answered otherwise, 2 not compared, for it is no address',
    );
  });

  test('asks for whom mail came, each once', async () => {
    const log = await write('mail.log', LOG);
    const { code, stdout } = await compare(table, 'virtual-aliases', '--log', log, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        differences: [expect.objectContaining({ key: 'sales@example.com', effect: 'otherwise' })],
        summary: expect.objectContaining({ same: 3, otherwise: 1, failed: 0, unusable: 0 }),
      },
    ]);
  });

  test('asks a database as Postfix does, with the address without its extension', async () => {
    using database = new DatabaseSync(join(place.path, 'mail.sqlite'));
    database.exec(
      "create table people (address text); insert into people values ('user@example.com')",
    );
    await chmod(join(place.path, 'mail.sqlite'), 0o644);
    const file = await write(
      'people.cf',
      `dbpath = ${place.path}/mail.sqlite\nquery = select 'there' from people where address = '%s'\n`,
    );
    const people = [
      'user+news@example.com',
      'User@example.com',
      "o'hara@example.com",
      'admin@example.com',
    ];
    expect(await compare(`sqlite:${file}`, 'user-exists', ...people)).toEqual({
      code: 1,
      stderr: '',
      stdout:
        'admin@example.com: would be taken\n4 keys: 3 the same, 1 would be taken or be found\n',
    });
  });

  test('finds no difference between idpmap and itself, over the wire', async () => {
    const socket = join(place.path, 'socketmap');
    const list = await write(
      'list',
      Array.from({ length: 2500 }, (_, i) => `person${i}@full.example\n`).join(''),
    );
    const old = `socketmap:unix:${socket}:virtual_aliases`;
    const parameters = ['virtual-aliases', '--endpoint', `unix:${socket}`, '--from', list];
    expect(await compare(old, ...parameters)).toEqual({
      code: 0,
      stderr: '',
      stdout: '2500 keys: 2500 the same\n',
    });
  });

  test("tells with postmap's words and what helps why a table can not be asked", async () => {
    const absent = await compare(
      `texthash:${place.path}/absent`,
      'virtual-aliases',
      'a@example.com',
    );
    expect([absent.code, absent.stderr]).toEqual([
      65,
      expect.stringMatching(
        /postmap says "open database .*absent: No such file or directory": write /,
      ),
    ]);
  });

  test('says that it does not know, where the table of old fails', async () => {
    const failing = `socketmap:unix:${place.path}/nobody:x,${table}`;
    const { code, stdout } = await compare(failing, 'virtual-aliases', 'team@example.com');
    expect([code, stdout]).toEqual([
      75,
      expect.stringMatching(
        /^team@example\.com: not compared, the old one fails: .*\n1 key: 1 not/,
      ),
    ]);
  });
});
