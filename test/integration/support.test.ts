import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type LoopbackServer, serveLoopback } from '../support/loopback.ts';
import { type LmtpSink, startLmtpSink } from '../support/postfix/lmtp.ts';
import { type Postfix, type PostfixOptions, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp, type SmtpClient, sendMail } from '../support/postfix/smtp.ts';
import { processesOf } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** Answers a socketmap client from a table of whole requests; what is not in it is not found. */
function startMap(replies: Readonly<Record<string, string>>, path?: string) {
  return serveLoopback(async (socket) => {
    let frame = '';
    for await (const chunk of socket.setEncoding('latin1')) {
      frame += String(chunk);
      const request = /^\d+:(.*),$/s.exec(frame)?.[1];
      if (request === undefined) continue;
      frame = '';
      const reply = replies[request] ?? 'NOTFOUND ';
      socket.write(`${reply.length}:${reply},`);
    }
  }, path);
}

const REPLIES = {
  'mailboxes ann@example.org': 'OK ann@example.org',
  'mailboxes bob@example.org': 'OK bob@example.org',
  'mailboxes gone@example.org': 'OK gone@example.org',
  'mailboxes fault@example.org': 'TEMP directory down',
  'aliases info@example.org': 'OK ann@example.org',
  'senders ann@example.org': 'OK ann',
};

/** An instance of one test's own. */
async function start(options: PostfixOptions): Promise<Postfix> {
  const postfix = await startPostfix(options);
  onTestFinished(() => postfix.stop());
  return postfix;
}

test('a server ends with the test that lost it', async () => {
  const module = join(import.meta.dirname, '../support/process.ts');
  const source = `import { startProcess } from ${JSON.stringify(module)};
    console.log(startProcess('/bin/sleep', ['600'], { cwd: '/', env: {} }).pid);`;
  const lost = spawn(process.execPath, ['--input-type=module', '--eval', source]);
  const [chunk] = await once(lost.stdout, 'data');
  const group = Number(String(chunk));
  expect(processesOf(group)).toEqual([group]);
  lost.kill('SIGKILL');
  expect(await until(() => processesOf(group).length === 0, 10_000)).toBe(true);
});

describeWith(['postfix', 'root'], 'a private postfix', () => {
  let map: LoopbackServer;
  let sink: LmtpSink;
  let postfix: Postfix;
  let mainCf: Readonly<Record<string, string>>;

  beforeAll(async () => {
    map = await startMap(REPLIES);
    sink = await startLmtpSink({ mailboxes: ['ann@example.org', 'bob@example.org'] });
    const table = `socketmap:inet:127.0.0.1:${map.port}`;
    mainCf = {
      virtual_mailbox_domains: 'example.org',
      virtual_mailbox_maps: `${table}:mailboxes`,
      virtual_alias_maps: `${table}:aliases`,
      virtual_transport: sink.transport,
      smtpd_sender_login_maps: `${table}:senders`,
    };
    postfix = await startPostfix({ mainCf, chroot: true, logins: { ann: 'right', bob: 'right' } });
  });

  afterAll(async () => {
    await postfix?.stop();
    await sink?.stop();
    await map?.stop();
  });

  test.each([
    { recipient: 'ann@example.org', code: 250, enhanced: '2.1.5' },
    { recipient: 'nobody@example.org', code: 550, enhanced: '5.1.1' },
    { recipient: 'ann@example.net', code: 554, enhanced: '5.7.1' },
    { recipient: 'fault@example.org', code: 451, enhanced: '4.3.0' },
  ])('answers $code to $recipient', async ({ recipient, code, enhanced }) => {
    const { recipients } = await sendMail(postfix.port, {
      from: 'eve@client.test',
      to: [recipient],
    });
    expect(recipients).toMatchObject([{ code, enhanced }]);
  });

  test('delivers through an alias into the sink', async () => {
    const message = 'Subject: alias\n\n.a line with a dot\nlast\n';
    await sendMail(postfix.port, { from: 'alias@client.test', to: ['info@example.org'], message });
    const [delivered] = await sink.delivered(1, ({ from }) => from === 'alias@client.test');
    expect(delivered?.recipients).toEqual(['ann@example.org']);
    expect(delivered?.data).toMatch(/^Subject: alias$[^]*\n\n\.a line with a dot\nlast\n$/m);
  });

  test('tells of a bounce', async () => {
    const { data } = await sendMail(postfix.port, {
      from: 'eve@client.test',
      to: ['gone@example.org'],
    });
    const queueId = data?.text.split(' ').at(-1);
    await until(() => postfix.bounces().length > 0, 10_000);
    expect(postfix.bounces()).toMatchObject([{ queueId, recipient: 'gone@example.org' }]);
  });

  describe('on the submission port', () => {
    const login = async (user: string, password: string) => {
      const client = await connectSmtp(postfix.submissionPort);
      onTestFinished(() => client.close());
      await client.ehlo();
      return { client, reply: await client.auth(user, password) };
    };

    test.each([
      { user: 'ann', code: 250, enhanced: '2.1.5' },
      { user: 'bob', code: 553, enhanced: '5.7.1' },
    ])("answers $code to $user with ann's address", async ({ user, code, enhanced }) => {
      const { client } = await login(user, 'right');
      await client.mail('ann@example.org');
      expect(await client.rcpt('friend@elsewhere.test')).toMatchObject({ code, enhanced });
    });

    test.each([
      { password: 'right', code: 235 },
      { password: 'wrong', code: 535 },
    ])('answers $code to the $password password', async ({ password, code }) => {
      const { reply } = await login('ann', password);
      expect(reply.code).toBe(code);
    });
  });

  test('serves a hundred sessions at once', async () => {
    const to = ['ann@example.org', 'nobody@example.org', 'bob@example.org', 'ann@example.net'];
    const send = async (client: SmtpClient) => {
      await client.ehlo();
      await client.mail('load@client.test');
      const codes: number[] = [];
      for (const address of to) codes.push((await client.rcpt(address)).code);
      codes.push((await client.data('Subject: load\n\nload\n')).code);
      await client.quit();
      return codes.join(' ');
    };
    const clients = await Promise.all(Array.from({ length: 100 }, () => connectSmtp(postfix.port)));
    const results = await Promise.all(clients.map(send));
    expect(new Set(results)).toEqual(new Set(['250 550 250 554 250']));
    expect(await sink.delivered(100, ({ from }) => from === 'load@client.test')).toHaveLength(100);
  });

  test.each([
    { key: 'ann@example.org', value: 'ann@example.org' },
    { key: 'nobody@example.org', value: undefined },
  ])('asks a map for $key and gets $value', async ({ key, value }) => {
    const table = `socketmap:inet:127.0.0.1:${map.port}:mailboxes`;
    expect(await postfix.postmap(table, key)).toBe(value);
  });

  test("rejects with a map's fault", async () => {
    const table = `socketmap:inet:127.0.0.1:${map.port}:mailboxes`;
    await expect(postfix.postmap(table, 'fault@example.org')).rejects.toThrow('directory down');
  });

  test('keeps what it cannot deliver until the next try', async () => {
    const path = join(postfix.socketDirectory, 'sink.sock');
    const own = await start({ mainCf: { ...mainCf, virtual_transport: `lmtp:unix:${path}` } });
    await sendMail(own.port, { from: 'eve@client.test', to: ['ann@example.org'] });
    await until(async () => (await own.queue())[0]?.queue === 'deferred', 10_000);
    expect(await own.queue()).toMatchObject([
      {
        queue: 'deferred',
        sender: 'eve@client.test',
        recipients: [{ address: 'ann@example.org' }],
      },
    ]);

    const late = await startLmtpSink({ mailboxes: ['ann@example.org'], path });
    onTestFinished(() => late.stop());
    await own.flush();
    expect(await late.delivered(1)).toMatchObject([{ recipients: ['ann@example.org'] }]);
    expect(await until(async () => (await own.queue()).length === 0, 10_000)).toBe(true);
  });

  test.each([
    { where: 'jailed', chroot: true, path: 'idpmap/map.sock', codes: [250, 550] },
    { where: 'not jailed', chroot: false, path: 'idpmap/map.sock', codes: [250, 550] },
    { where: 'jailed', chroot: true, path: '/idpmap/map.sock', codes: [250, 550] },
    { where: 'not jailed', chroot: false, path: '/idpmap/map.sock', codes: [451, 451] },
  ])('answers $codes through $path, $where', async ({ chroot, path, codes }) => {
    const own = await start({
      chroot,
      mainCf: {
        virtual_mailbox_domains: 'example.org',
        virtual_mailbox_maps: `socketmap:unix:${path}:mailboxes`,
      },
    });
    const server = await startMap(REPLIES, join(own.socketDirectory, 'map.sock'));
    onTestFinished(() => server.stop());
    const { recipients } = await sendMail(own.port, {
      from: 'eve@client.test',
      to: ['ann@example.org', 'nobody@example.org'],
    });
    expect(recipients.map(({ code }) => code)).toEqual(codes);
  });

  test('leaves no process and no file when it stops', async () => {
    const own = await startPostfix({ mainCf, chroot: true });
    await sendMail(own.port, { from: 'eve@client.test', to: ['ann@example.org'] });
    const group = own.pid();
    expect(processesOf(group).length).toBeGreaterThan(3);
    await own.stop();
    expect(processesOf(group)).toEqual([]);
    expect(existsSync(dirname(own.configDirectory))).toBe(false);
  });

  test('does what its files say once it is started anew, and keeps its queue', async () => {
    const own = await start({ mainCf: { ...mainCf, defer_transports: 'smtp, virtual, discard' } });
    const send = async () => {
      const message = { from: 'eve@client.test', to: ['ann@example.org', 'zoe@example.org'] };
      const { recipients } = await sendMail(own.port, message);
      return recipients.map(({ code }) => code);
    };
    const [before, group] = [await send(), own.pid()];
    const file = join(own.configDirectory, 'main.cf');
    const text = await readFile(file, 'utf8');
    await writeFile(file, `${text}\nvirtual_mailbox_maps = static:all\n`);
    await own.restart();
    expect([before, await send()]).toEqual([
      [250, 550],
      [250, 250],
    ]);
    expect(processesOf(group)).toEqual([]);
    expect((await own.queue()).length).toBe(2);
  });

  test('says why it does not start', async () => {
    await expect(startPostfix({ mainCf: { inet_protocols: 'nonsense' } })).rejects.toThrow(
      /ended with code 1[^]*inet_protocols/,
    );
  });
});
