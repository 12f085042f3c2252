import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { type Mariadb, startMariadb } from '../support/keycloak/mariadb.ts';
import { findFreePorts } from '../support/loopback.ts';
import { startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const CREATE = `
create database postfix character set utf8mb4;
create database dbmail character set utf8mb4;
create user postmap@'127.0.0.1' identified by 'secret';
grant select on postfix.* to postmap@'127.0.0.1';
grant select on dbmail.* to postmap@'127.0.0.1';
create table postfix.blackwhite (name varchar(255) primary key, status varchar(20), reason varchar(255));
insert into postfix.blackwhite values ('192.0.2', 'REJECT', 'you are listed'), ('friend.example', 'OK', ''),
  ('spam@bad.example', 'REJECT', 'no spam'), ('quiet.example', 'DUNNO', null), ('void.example', null, 'why');
create table dbmail.dbmail_aliases (alias varchar(255), deliver_to varchar(255));
insert into dbmail.dbmail_aliases values ('someone@somewhere.com', '1')`;

const imported = z.looseObject({
  directories: z.record(z.string(), z.looseObject({})),
});

describeWith(['mariadb', 'postfix', 'root'], 'the configuration of sockmapd', () => {
  const resources = new AsyncDisposableStack();
  let database: Mariadb;
  let port = 0;

  /** Sends bytes; gives those of the reply. */
  async function send(request: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    const [reply]: unknown[] = await once(socket, 'data');
    socket.destroy();
    return String(reply);
  }
  const ask = (map: string, key: string): Promise<string> => {
    const payload = `${map} ${key}`;
    return send(`${Buffer.byteLength(payload)}:${payload},`);
  };

  beforeAll(async () => {
    database = await startMariadb();
    resources.defer(() => database.remove());
    await database.sql(CREATE.replaceAll('\n', ' '));
    const place = await makeTemporaryDirectory('idpmap-sockmapd');
    resources.defer(() => place.remove());
    const [closed = 0, own = 0] = await findFreePorts(2);
    port = own;
    const row = (service: string, base: string, table: string, key: string, more: object) => ({
      service,
      database: base,
      table,
      key,
      ...more,
    });
    const reasons = { value: 'status', reason: 'reason' };
    const config = {
      sysconfig: { port: String(port), logfile: '/tmp/sockmapd.log' },
      database: {
        // The first one is down.
        host: [`127.0.0.1:${closed}`, `127.0.0.1:${database.port}`],
        port: '3306',
        username: 'postmap',
        password: 'secret',
      },
      postmaps: [
        row('blacklist', 'postfix', 'blackwhite', 'name', reasons),
        row('clients', 'postfix', 'blackwhite', 'name', reasons),
        row('recipient', 'dbmail', 'dbmail_aliases', 'alias', {}),
      ],
    };
    const file = join(place.path, 'config.json');
    await writeFile(file, JSON.stringify(config));
    const { code, stdout, stderr } = await runCommand([
      'import',
      'sockmapd',
      file,
      '--keys',
      'clients=host',
    ]);
    if (code !== 0) throw new Error(`idpmap import ends with ${code}: ${stderr}`);
    const settings = imported.parse(parse(stdout));
    await writeFile(join(place.path, 'password'), 'secret');
    for (const section of Object.values(settings.directories))
      Object.assign(section, { password: { file: 'password' }, statementTimeout: '5s' });
    await writeFile(
      join(place.path, 'idpmap.yaml'),
      stringify({
        ...settings,
        deadline: '10s',
        control: 'control',
        cache: { fresh: '0ms', freshNone: '0ms' },
        domains: { 'somewhere.com': { directory: 'dbmail' } },
      }),
    );
    const daemon = await startDaemonProcess(['serve', '--config', join(place.path, 'idpmap.yaml')]);
    resources.defer(() => daemon.stop());
  });
  afterAll(() => resources.disposeAsync());

  test('gives the replies of its README', async () => {
    expect(await send('31:recipient someone@somewhere.com,')).toBe('24:OK someone@somewhere.com,');
    expect(await send('30:recipient nobody@somewhere.com,')).toBe('9:NOTFOUND ,');
  });

  test.each([
    ['blacklist', 'spam@bad.example', 'OK REJECT no spam'],
    ['blacklist', 'friend.example', 'OK OK'],
    ['blacklist', 'quiet.example', 'OK DUNNO'],
    ['blacklist', 'void.example', 'NOTFOUND '],
    ['blacklist', 'other.example', 'NOTFOUND '],
    ['blacklist', '192.0.2.7', 'NOTFOUND '],
    ['clients', '192.0.2.7', 'OK REJECT you are listed'],
    ['clients', 'mail.friend.example', 'OK OK'],
    ['clients', 'fríend.example', 'NOTFOUND '],
    ['recipient', "x' OR '1'='1", 'NOTFOUND '],
    ['recipient', 'sömeone@somewhere.com', 'NOTFOUND '],
  ])('answers %s of %s with %s', async (map, key, reply) => {
    expect(await ask(map, key)).toBe(`${Buffer.byteLength(reply)}:${reply},`);
  });

  test('refuses clients and senders through Postfix, with the reasons of the table', async () => {
    const wire = `socketmap:inet:127.0.0.1:${port}`;
    const postfix = await startPostfix({
      mainCf: {
        relay_domains: 'relayed.test',
        smtpd_authorized_xclient_hosts: '127.0.0.1',
        smtpd_client_restrictions: `check_client_access ${wire}:clients`,
        smtpd_sender_restrictions: `check_sender_access ${wire}:blacklist`,
      },
    });
    onTestFinished(() => postfix.stop());
    /** What a client hears, at this address of the network and under this name. */
    const hear = async (client: string, from: string): Promise<string> => {
      const smtp = await connectSmtp(postfix.port);
      try {
        await smtp.ehlo();
        await smtp.command(`XCLIENT ${client}`);
        await smtp.ehlo();
        await smtp.mail(from);
        const { code, text } = await smtp.rcpt('somebody@relayed.test');
        return `${code} ${text}`;
      } finally {
        smtp.close();
      }
    };
    const elsewhere = 'ADDR=198.51.100.1 NAME=mail.elsewhere.example';
    const good = 'ann@good.example';
    expect(await hear('ADDR=192.0.2.7 NAME=mail.elsewhere.example', good)).toMatch(
      /^554 .*Client host rejected: you are listed$/,
    );
    expect(await hear(elsewhere, 'spam@bad.example')).toMatch(
      /^554 .*Sender address rejected: no spam$/,
    );
    expect(await hear(elsewhere, good)).toMatch(/^250 /);
    expect(await hear('ADDR=198.51.100.2 NAME=mx.friend.example', 'quiet@bad.example')).toMatch(
      /^250 /,
    );
  });

  test('says TEMP while the database is down, and answers again afterwards', async () => {
    await database.stop();
    expect(await ask('recipient', 'nobody@somewhere.com')).toMatch(/^\d+:TEMP /);
    await database.start();
    const answers = async () => (await ask('recipient', 'nobody@somewhere.com')) === '9:NOTFOUND ,';
    expect(await until(answers, 30_000)).toBe(true);
    expect(await ask('recipient', 'someone@somewhere.com')).toBe('24:OK someone@somewhere.com,');
  });
});
