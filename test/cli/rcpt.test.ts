import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { type RcptOptions, rcpt } from '../../src/cli/rcpt.ts';
import { capture } from '../support/command.ts';
import { findFreePorts, readLines, serveLoopback } from '../support/loopback.ts';

/** What a server says to each verb, and to whoever connects (`greeting`); a line's end is added. */
type Script = Readonly<Record<string, string>>;

const WELL: Script = {
  greeting: '220 mail.example.org ESMTP',
  EHLO: '250-mail.example.org\r\n250-SIZE 1000\r\n250-SMTPUTF8\r\n250 8BITMIME',
  MAIL: '250 2.1.0 Ok',
  RCPT: '250 2.1.5 Ok',
  RSET: '250 2.0.0 Ok',
  QUIT: '221 2.0.0 Bye',
};

/** Starts a server; gives the options that name it, and what it hears. An empty line closes the connection. */
async function startSmtp(changes: Script = {}) {
  const script = { ...WELL, ...changes };
  const heard: string[] = [];
  const server = await serveLoopback(async (socket) => {
    const say = (verb: string): void => {
      const text = script[verb] ?? '';
      if (text === '') socket.end();
      else socket.write(`${text}\r\n`);
    };
    if (script['greeting'] !== 'nothing') say('greeting');
    for await (const line of readLines(socket)) {
      heard.push(line);
      say(line.slice(0, 4));
    }
    socket.end();
  });
  onTestFinished(() => server.stop());
  return { server: `127.0.0.1:${server.port}`, heard };
}

const DEFAULTS: RcptOptions = { server: '127.0.0.1:25', from: '<>', timeout: '30s' };

const ask = (options: Partial<RcptOptions>, address = 'ann@example.org') =>
  capture(() => rcpt(address, { ...DEFAULTS, ...options }));

test('asks for the recipient and leaves before there is mail', async () => {
  const { heard, server } = await startSmtp();
  await ask({ server });
  expect(heard).toEqual([
    'EHLO [127.0.0.1]',
    'MAIL FROM:<>',
    'RCPT TO:<ann@example.org>',
    'RSET',
    'QUIT',
  ]);
});

test.each([
  ['250 2.1.5 Ok', EXIT.ok, 'mail for it is taken'],
  ['252 2.1.5 Perhaps', EXIT.ok, 'mail for it is taken'],
  ['252 2.1.5 Sender address rejected? No', EXIT.ok, 'mail for it is taken'],
  ['550 5.1.1 unknown', EXIT.notFound, 'mail for it is refused, it goes back to its sender'],
  [
    '554 Recipient address rejected',
    EXIT.notFound,
    'mail for it is refused, it goes back to its sender',
  ],
  ['450 4.2.1 later', EXIT.temporary, 'mail for it is delayed, its sender tries again'],
])('%s exits %i and says what it means', async (reply, code, meaning) => {
  const { server } = await startSmtp({ RCPT: reply });
  expect(await ask({ server })).toEqual({ code, text: `${reply}\n${meaning}\n` });
});

test.each([
  [
    '451 4.3.0 <a@b.c>: Temporary lookup failure',
    'explain --id 033b33',
    'not reach idpmap: idpmap doctor',
    'postfix reload',
  ],
  [
    '451 4.3.5 Server configuration error',
    'that idpmap does not have: idpmap doctor',
    'postfix reload',
  ],
  ['554 5.7.1 <ann@example.org>: Relay access denied', 'none of those that Postfix takes'],
])('%s says where to look', async (reply, ...hints) => {
  const { server } = await startSmtp({ RCPT: reply });
  const { text } = await ask({ server });
  expect(hints.filter((hint) => !text.includes(hint))).toEqual([]);
});

test('reads a reply of several lines as one', async () => {
  const { server } = await startSmtp({ RCPT: '550-5.1.1 nobody\r\n550 5.1.1 here' });
  expect((await ask({ server })).text).toMatch(/^550 5\.1\.1 nobody 5\.1\.1 here\n/);
});

test('gives JSON', async () => {
  const { server } = await startSmtp({ RCPT: '550 5.1.1 nobody' });
  const { text } = await ask({ server, json: true });
  expect(JSON.parse(text)).toEqual({
    address: 'ann@example.org',
    server,
    code: 550,
    text: '5.1.1 nobody',
    meaning: 'mail for it is refused, it goes back to its sender',
    hints: [],
    fits: false,
  });
});

test.each([
  ['550', '550 no', EXIT.ok],
  ['5xx', '554 no', EXIT.ok],
  ['4xx', '451 later', EXIT.ok],
  ['250', '250 yes', EXIT.ok],
  ['550', '554 no', EXIT.notFound],
  ['5xx', '250 yes', EXIT.notFound],
  ['250', '550 no', EXIT.notFound],
  ['5xx', '451 later', EXIT.temporary],
])('--expect %s of %s exits %i', async (expected, reply, code) => {
  const { server } = await startSmtp({ RCPT: reply });
  const told = await ask({ server, expect: expected });
  expect(told.code).toBe(code);
  expect(told.text.includes(`expected was ${expected}`)).toBe(code !== EXIT.ok);
});

describe('--from', () => {
  test.each([
    ['bob@example.com', 'MAIL FROM:<bob@example.com>'],
    ['<>', 'MAIL FROM:<>'],
    ['', 'MAIL FROM:<>'],
  ])('%j is the sender', async (from, line) => {
    const { heard, server } = await startSmtp();
    await ask({ server, from });
    expect(heard).toContain(line);
  });
});

describe('an address beyond ASCII', () => {
  test('is asked for with SMTPUTF8', async () => {
    const { heard, server } = await startSmtp();
    await ask({ server }, 'jürgen@exämple.org');
    expect(heard).toEqual(
      expect.arrayContaining(['MAIL FROM:<> SMTPUTF8', 'RCPT TO:<jürgen@exämple.org>']),
    );
  });

  test('needs none where only its domain is', async () => {
    const { heard, server } = await startSmtp({ EHLO: '250 mail.example.org' });
    await ask({ server }, 'ann@exämple.org');
    expect(heard).toEqual(
      expect.arrayContaining(['MAIL FROM:<>', 'RCPT TO:<ann@xn--exmple-cua.org>']),
    );
  });

  test('is an error where the server offers none', async () => {
    const { heard, server } = await startSmtp({ EHLO: '250-mail.example.org\r\n250 SIZE 9' });
    await expect(ask({ server }, 'jürgen@example.org')).rejects.toMatchObject({
      code: EXIT.data,
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+: the server offers no SMTPUTF8, .*main\.cf/,
      ),
    });
    expect(heard).toEqual(['EHLO [127.0.0.1]']);
  });
});

test.each([
  ['greeting', '554 5.5.4 go away', EXIT.unavailable],
  ['greeting', '421 4.3.2 too busy', EXIT.temporary],
  ['EHLO', '502 5.5.2 what', EXIT.unavailable],
  ['MAIL', '550 5.7.1 not you', EXIT.unavailable],
  ['MAIL', '451 4.3.0 later', EXIT.temporary],
])('a refused %s (%s) is nothing said of the recipient', async (step, reply, code) => {
  const { server } = await startSmtp({ [step]: reply });
  await expect(ask({ server, expect: '5xx' })).rejects.toMatchObject({
    code,
    message: `${server}: it does not get as far as the recipient, ${step} was answered ${reply}`,
  });
});

test.each([
  ['554 5.7.1 <mail[192.0.2.1]>: Client host rejected: Access denied', EXIT.unavailable],
  ['450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]', EXIT.temporary],
  ['504 5.5.2 <[127.0.0.1]>: Helo command rejected: need a name', EXIT.unavailable],
  ['553 5.7.1 <bob@example.org>: Sender address rejected: not logged in', EXIT.unavailable],
  ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using x', EXIT.unavailable],
])('%s at RCPT is nothing said of the recipient', async (reply, code) => {
  const { server } = await startSmtp({ RCPT: reply });
  await expect(ask({ server, expect: '5xx' })).rejects.toMatchObject({
    code,
    message: `${server}: it refuses the client or the sender, whoever the recipient is, RCPT was answered ${reply}`,
  });
});

test('shows none of the server’s control characters', async () => {
  const { server } = await startSmtp({ RCPT: '550 \u001b[2Jno\u0007\u009b \t\u007f' });
  expect((await ask({ server })).text).toMatch(/^550 \?\[2Jno\?\? \?\?\n/);
});

describe('is no answer, and 75:', () => {
  test('nobody listens', async () => {
    const [port = 0] = await findFreePorts(1);
    await expect(ask({ server: `localhost:${port}` })).rejects.toMatchObject({
      code: EXIT.temporary,
      message: expect.stringMatching(/ECONNREFUSED.*: is Postfix running\? .*--server HOST:PORT$/),
    });
  });

  test.each(['greeting', 'EHLO', 'MAIL', 'RCPT'])('it closes at %s', async (step) => {
    const { server } = await startSmtp({ [step]: '' });
    await expect(ask({ server })).rejects.toMatchObject({
      code: EXIT.temporary,
      message: `${server}: it closed the connection instead of a reply`,
    });
  });

  test('it never greets', async () => {
    const { server } = await startSmtp({ greeting: 'nothing' });
    await expect(ask({ server, timeout: '50ms' })).rejects.toMatchObject({
      code: EXIT.temporary,
      message: `${server}: it was given 50ms, and is not done`,
    });
  });

  test.each([
    ['HTTP/1.1 400 Bad Request', 'HTTP/1.1 400 Bad Request'],
    ['SSH\u009b2J\u007f', 'SSH?2J?'],
  ])('it speaks something else, %j', async (greeting, told) => {
    const { server } = await startSmtp({ greeting });
    await expect(ask({ server })).rejects.toMatchObject({
      code: EXIT.temporary,
      message: `${server}: "${told}" is no SMTP reply`,
    });
  });

  test('its reply has no end', async () => {
    const flood = await serveLoopback(async (socket) => {
      while (!socket.destroyed) {
        socket.write('220-and so on\r\n'.repeat(1000));
        await pause(1);
      }
    });
    onTestFinished(() => flood.stop());
    await expect(ask({ server: `127.0.0.1:${flood.port}` })).rejects.toMatchObject({
      code: EXIT.temporary,
      message: expect.stringContaining('its reply has no end'),
    });
  });
});

test('an answer counts though the server closes right after it', async () => {
  const { server } = await startSmtp({ RSET: '' });
  expect((await ask({ server })).code).toBe(EXIT.ok);
});

test.each<[string, string, Partial<RcptOptions>]>([
  ['a line’s end', 'ann@example.org>\r\nDATA', {}],
  ['a newline', 'ann\n@example.org', {}],
  ['a space', 'ann b@example.org', {}],
  ['a bracket', '<ann@example.org>', {}],
  ['a bracket of its local part', 'ann>x@example.org', {}],
  ['a parameter', 'ann@example.org> NOTIFY=NEVER', {}],
  ['no domain', 'ann', {}],
  ['such a sender', 'ann@example.org', { from: 'bob@example.org>\r\nRCPT TO:<x@example.org' }],
])('%s in an address is a mistake of the caller, and is not sent', async (_, address, options) => {
  const { heard, server } = await startSmtp();
  await expect(ask({ server, ...options }, address)).rejects.toMatchObject({
    code: EXIT.usage,
    message: expect.stringContaining('is none, write local@domain'),
  });
  expect(heard).toEqual([]);
});
