import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { mainCf, masterCf, postfix } from '../../src/cli/postfix.ts';
import { capture, configure } from '../support/command.ts';
import { makePlace, settingsOf } from '../support/instance.ts';

const LEAST = `
domains: { example.org: { directory: people } }
directories: { people: { type: demo } }
`;

/** The lines for a configuration, without remarks. */
async function linesFor(config: string, use: 'mailboxes' | 'relay' = 'mailboxes') {
  const settings = await settingsOf(`${config}\n${LEAST}`, await makePlace());
  return mainCf(settings, use, '/var/spool/postfix').filter((line) => !line.startsWith('#'));
}

test('names a map for each parameter, and what goes with it', async () => {
  expect(await linesFor('')).toEqual([
    'virtual_mailbox_domains = socketmap:inet:127.0.0.1:9100:virtual-domains',
    'virtual_mailbox_maps = socketmap:inet:127.0.0.1:9100:user-exists',
    'virtual_transport = lmtp:unix:private/dovecot-lmtp',
    'virtual_alias_maps = socketmap:inet:127.0.0.1:9100:virtual-aliases',
    'virtual_alias_domains =',
    'smtpd_sender_login_maps = socketmap:inet:127.0.0.1:9100:sender-logins',
    'recipient_delimiter = +',
  ]);
});

test('for a relay, says that a table takes no sub-domains, which a list took', async () => {
  const settings = await settingsOf(LEAST, await makePlace());
  expect(mainCf(settings, 'relay', '/var/spool/postfix')).toContain(
    '# a list (relay_domains = example.org) takes sub-domains as well, a table does not: name each under domains',
  );
  expect(mainCf(settings, 'mailboxes', '/var/spool/postfix').join('\n')).not.toContain(
    'sub-domain',
  );
});

test('for a relay, names the maps of a relay', async () => {
  expect(await linesFor('', 'relay')).toEqual([
    'relay_domains = socketmap:inet:127.0.0.1:9100:virtual-domains',
    'relay_recipient_maps = socketmap:inet:127.0.0.1:9100:relay-recipients',
    'recipient_delimiter = +',
  ]);
});

test.each([
  ['', 'mailboxes', ['-o smtpd_sender_restrictions=reject_sender_login_mismatch']],
  ['', 'relay', []],
  ['maps: { boxes: { kind: mailboxes } }', 'mailboxes', []],
] as const)(
  'holds senders to their addresses in master.cf alone: %j, %s',
  async (config, use, lines) => {
    const settings = await settingsOf(`${config}\n${LEAST}`, await makePlace());
    expect(masterCf(settings, use)).toEqual(lines);
    const all = mainCf(settings, use, '/var/spool/postfix');
    expect(all.filter((line) => line.includes('_restrictions'))).toEqual(
      lines.map((line) => `#   ${line}`),
    );
  },
);

test('leaves out what no map answers, and takes maps by their own names', async () => {
  expect(await linesFor('maps: { boxes: { kind: mailboxes } }')).toEqual([
    'virtual_mailbox_maps = socketmap:inet:127.0.0.1:9100:boxes',
    'virtual_transport = lmtp:unix:private/dovecot-lmtp',
    'recipient_delimiter = +',
  ]);
});

describe('the endpoint', () => {
  const OUTSIDE =
    '{ endpoint: "tcp://10.0.0.5:9100", allow: [10.0.0.0/8], acknowledgeUnauthenticated: true }';
  test.each([
    ['tcp://127.0.0.1:9200', 'inet:127.0.0.1:9200'],
    ['tcp://localhost:9200', 'inet:127.0.0.1:9200'],
    ['tcp://[::1]:9200', 'inet:[::1]:9200'],
    ['unix:/var/spool/postfix/idpmap/socketmap?mode=0660', 'unix:idpmap/socketmap'],
    ['unix:/run/idpmap/socketmap', 'unix:/run/idpmap/socketmap'],
    ['unix:/var/spool/postfix-b/s', 'unix:/var/spool/postfix-b/s'],
    [OUTSIDE, 'inet:10.0.0.5:9100'],
    [`[${OUTSIDE}, "tcp://127.0.0.1:9200"]`, 'inet:127.0.0.1:9200'],
  ])('%s is written %s', async (listen, source) => {
    const lines = await linesFor(`listen: ${listen}`);
    expect(lines).toContain(`virtual_mailbox_maps = socketmap:${source}:user-exists`);
  });

  test('with TLS only is an error, for Postfix speaks none', async () => {
    const listen = '{ endpoint: "tcp://127.0.0.1:9100", tls: { cert: a.pem, key: a.key } }';
    const { config } = await configure({ 'idpmap.yaml': `listen: ${listen}\n${LEAST}` });
    await expect(postfix({ config, queueDirectory: '/' })).rejects.toMatchObject({
      code: EXIT.config,
      message: expect.stringContaining('all listeners speak TLS'),
    });
  });
});

test('the delimiters are the configured ones', async () => {
  expect(await linesFor('recipientDelimiter: "+-"')).toContain('recipient_delimiter = +-');
  expect(await linesFor('recipientDelimiter: ""')).toContain('recipient_delimiter = ');
});

test.each([
  [999, undefined],
  [1000, 'virtual_alias_expansion_limit = 1001'],
  [5000, 'virtual_alias_expansion_limit = 5001'],
])('groups of up to %i members', async (members, line) => {
  const settings = await settingsOf(
    LEAST.replace('type: demo', `type: file, path: p.yaml, groups: { members: ${members} }`),
    await makePlace(),
  );
  const lines = mainCf(settings, 'mailboxes', '/');
  expect(lines.find((each) => each.startsWith('virtual_alias_expansion_limit'))).toBe(line);
});

test('prints text for main.cf, or JSON', async () => {
  const { config } = await configure({ 'idpmap.yaml': LEAST });
  const options = { config, queueDirectory: '/var/spool/postfix' };
  const { text, code } = await capture(() => postfix(options));
  const { text: json } = await capture(() => postfix({ ...options, json: true }));
  const told: { mainCf: readonly string[]; masterCf: readonly string[] } = JSON.parse(json);
  expect(text).toBe(`${told.mainCf.join('\n')}\n`);
  expect(told.masterCf).toEqual(['-o smtpd_sender_restrictions=reject_sender_login_mismatch']);
  expect(code).toBe(EXIT.ok);
});
