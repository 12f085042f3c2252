import { describe, expect, test } from 'vitest';
import { check, inspectDirectory } from '../../../src/cli/check/check.ts';
import { EXIT } from '../../../src/cli/exit.ts';
import type { PlacedRemark } from '../../../src/cli/remark.ts';
import type { Directory, Remark } from '../../../src/directory/directory.ts';
import { COMPANY, capture, configure } from '../../support/command.ts';
import { createScripted } from '../../support/scripted.ts';

async function run(files: Readonly<Record<string, string>>, queueDirectory?: string) {
  const { config, place } = await configure(files);
  const options = { config, json: true, queueDirectory: queueDirectory ?? place };
  const { code, text } = await capture(() => check(options));
  const remarks: readonly PlacedRemark[] = JSON.parse(text);
  return { code, remarks, place };
}

/** `COMPANY` with something else in its configuration. */
const changed = (from: string, to: string) => ({
  'idpmap.yaml': COMPANY['idpmap.yaml'].replace(from, to),
});

test('a sound configuration exits 0, with a remark for all it has', async () => {
  const { code, remarks } = await run(COMPANY);
  expect(code).toBe(EXIT.ok);
  expect(remarks.map(({ level, about }) => [level, about])).toEqual([
    ['ok', expect.stringContaining('/idpmap.yaml')],
    ['ok', 'directory people'],
    ['ok', 'map blocked'],
    ['ok', 'sales@example.com'],
    ['ok', 'catch-all of full.example'],
  ]);
  expect(remarks[0]?.text).toBe('2 domains, 1 directories, 5 maps');
});

test('people read one remark a line', async () => {
  const { config, place } = await configure(COMPANY);
  const { text } = await capture(() => check({ config, queueDirectory: place }));
  expect(text).toMatch(/^ok {6}directory people: answers, \d+ ms for an unknown address$/m);
});

test('a directory that fails exits 75 with its reason', async () => {
  const { code, remarks } = await run(changed('type: demo', 'type: file, path: absent.yaml'));
  expect(code).toBe(EXIT.temporary);
  expect(remarks).toContainEqual({
    level: 'failed',
    about: 'directory people',
    text: "absent.yaml can't be read: there is no such file",
  });
});

test('a mere shadow that fails is a warning: nothing shall keep idpmap from starting without it', async () => {
  const { code, remarks } = await run({
    'idpmap.yaml': COMPANY['idpmap.yaml']
      .replace('{ directory: people', '{ shadow: next, directory: people')
      .replace(
        '{ people: { type: demo }',
        '{ next: { type: file, path: absent.yaml }, people: { type: demo }',
      ),
  });
  expect(code).toBe(EXIT.ok);
  expect(remarks).toContainEqual({
    level: 'warning',
    about: 'directory next',
    text: "absent.yaml can't be read: there is no such file",
  });
});

test('a table that is not there exits 75', async () => {
  const { code, remarks } = await run(changed('table: blacklist', 'table: gone'));
  expect(code).toBe(EXIT.temporary);
  expect(remarks).toContainEqual({
    level: 'failed',
    about: 'map blocked',
    text: expect.stringContaining('has no table "gone"'),
  });
});

describe('an address that holds a delimiter', () => {
  const PEOPLE = `accounts:
  - { address: mary@example.com }
  - { address: mary-ann@example.com, aliases: [m_a@example.com] }
  - { address: o.k@example.com }
groups:
  - { address: owner-list@example.com, members: [mary@example.com] }
  - { address: team-north@example.com, members: [mary@example.com] }
`;
  const findIn = async (delimiter: string, people = PEOPLE) => {
    const { 'idpmap.yaml': config } = changed(
      'people: { type: demo }',
      'people: { type: file, path: people.yaml }',
    );
    const { remarks, code } = await run({
      'idpmap.yaml': `recipientDelimiter: "${delimiter}"\n${config.replace(/^maps:[^]*/m, '')}`,
      'people.yaml': people,
    });
    expect(code).toBe(EXIT.ok);
    return remarks.filter(({ text }) => text.includes('recipientDelimiter'));
  };

  test.each([
    [
      '+-',
      'recipientDelimiter "+-" occurs in mary-ann@example.com, team-north@example.com: mail for mary-ann+x@example.com goes to mary@example.com, as Postfix does it, and so does mail for mary-ann@example.com once that is gone; rename it, or take the character out of recipientDelimiter and recipient_delimiter',
    ],
    [
      '-',
      'recipientDelimiter "-" occurs in mary-ann@example.com, team-north@example.com: mail for mary-ann-x@',
    ],
    [
      '_',
      'recipientDelimiter "_" occurs in m_a@example.com: mail for m_a_x@example.com goes to m@example.com',
    ],
    [
      '.',
      'recipientDelimiter "." occurs in o.k@example.com: mail for o.k.x@example.com goes to o@example.com',
    ],
  ])('of "%s" is told, a group and an alias too', async (delimiter, text) => {
    expect(await findIn(delimiter)).toEqual([
      { level: 'warning', about: 'directory people', text: expect.stringContaining(text) },
    ]);
  });

  test.each(['+', ''])('of "%s" is not told where there is none', async (delimiter) => {
    expect(await findIn(delimiter)).toEqual([]);
  });

  test('is named for some where there are many', async () => {
    const accounts = Array.from({ length: 9 }, (_, i) => `  - { address: a+${i}@example.com }\n`);
    const [remark] = await findIn('+', `accounts:\n${accounts.join('')}`);
    expect(remark?.text).toContain('a+4@example.com, and 4 more: mail for');
  });
});

describe('warns of', () => {
  test.each([
    [
      'a catch-all that nobody has',
      'nobody@example.com',
      'nobody enabled has it: such mail is refused',
    ],
    [
      'a catch-all that is disabled',
      'former@example.com',
      'nobody enabled has it: such mail is refused',
    ],
  ])('%s', async (_, target, why) => {
    const files = changed('catchAll: user@example.com', `catchAll: ${target}`);
    const { code, remarks } = await run(files);
    expect(code).toBe(EXIT.ok);
    expect(remarks).toContainEqual({
      level: 'warning',
      about: 'catch-all of full.example',
      text: `${target}: ${why}`,
    });
  });

  test('a catch-all whose mail waits', async () => {
    const { 'idpmap.yaml': text } = changed('user@example.com }', 'former@example.com }');
    const { code, remarks } = await run({ 'idpmap.yaml': `disabled: defer\n${text}` });
    expect(code).toBe(EXIT.ok);
    expect(remarks).toContainEqual({
      level: 'warning',
      about: 'sales@example.com',
      text: 'former@example.com: it is disabled: such mail is deferred',
    });
  });

  test('a socket outside the queue directory', async () => {
    const { remarks, place } = await run(COMPANY, '/var/spool/postfix');
    expect(remarks).toContainEqual({
      level: 'warning',
      about: `${place}/socketmap`,
      text: expect.stringContaining('lies outside /var/spool/postfix'),
    });
  });

  test('not a socket for sendmail, which has no jail', async () => {
    const { remarks } = await run(
      {
        ...COMPANY,
        'idpmap.yaml': `listen: { endpoint: "unix:socketmap", client: sendmail }\n${COMPANY['idpmap.yaml'].replace(/^listen:.*\n/m, '')}`,
      },
      '/var/spool/postfix',
    );
    expect(remarks).not.toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('lies outside') }),
    );
  });

  test('a directory that has everybody', async () => {
    const { remarks } = await run({
      'idpmap.yaml': `
domains: { test.com: { directory: people } }
directories: { people: { type: demo } }`,
    });
    expect(remarks).toContainEqual({
      level: 'warning',
      about: 'directory people',
      text: expect.stringContaining('has everybody at test.com'),
    });
  });

  test('a setting that should be looked at', async () => {
    const { remarks } = await run({ 'idpmap.yaml': `deadline: 2s\n${COMPANY['idpmap.yaml']}` });
    expect(remarks).toContainEqual({
      level: 'warning',
      about: 'configuration',
      text: expect.stringContaining('a slow directory will keep processes of Postfix waiting'),
    });
  });
});

describe('what a directory says of itself', () => {
  const inspect = (asked: Directory['inspect'] & {}, timeout = 2000) =>
    inspectDirectory({
      name: 'staff',
      directory: { ...createScripted(), inspect: asked },
      settings: { timeout },
    });

  test('is a remark each', async () => {
    const remarks: readonly Remark[] = [
      { level: 'ok', text: 'two servers' },
      { level: 'warning', text: 'one is slow' },
    ];
    expect(await inspect(async () => remarks)).toEqual([
      { level: 'ok', about: 'directory staff', text: 'two servers' },
      { level: 'warning', about: 'directory staff', text: 'one is slow' },
    ]);
  });

  test('that it can’t be looked at is a failure', async () => {
    expect(await inspect(() => Promise.reject(new Error('refused')))).toEqual([
      { level: 'failed', about: 'directory staff', text: 'refused' },
    ]);
  });

  test('has the time that a question has', async () => {
    const hangs = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    expect(await inspect(hangs, 1)).toMatchObject([{ level: 'failed', text: 'aborted' }]);
  });
});

test('a target at somebody else’s domain is not checked', async () => {
  const files = changed('catchAll: user@example.com', 'catchAll: ann@elsewhere.example');
  expect((await run(files)).remarks).toContainEqual({
    level: 'ok',
    about: 'catch-all of full.example',
    text: 'ann@elsewhere.example is elsewhere, not checked',
  });
});

test('a configuration with mistakes is an error that lists them', async () => {
  const { config, place } = await configure(changed('type: demo', 'type: dmeo'));
  await expect(check({ config, queueDirectory: place })).rejects.toMatchObject({
    code: EXIT.config,
    message: expect.stringContaining('dmeo'),
  });
});
