import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/exit.ts';
import { mainCf, masterCf } from '../../../src/cli/postfix/maincf.ts';
import { postfix } from '../../../src/cli/postfix/postfix.ts';
import { type Families, readFamilies } from '../../../src/cli/postfix/reach.ts';
import { capture, configure } from '../../support/command.ts';
import { makePlace, settingsOf } from '../../support/instance.ts';

const LEAST = `
domains: { example.org: { directory: people } }
directories: { people: { type: demo } }
`;

/** The lines for a configuration, without remarks. */
async function linesFor(
  config: string,
  use: 'mailboxes' | 'relay' = 'mailboxes',
  families?: Families,
) {
  const settings = await settingsOf(`${config}\n${LEAST}`, await makePlace());
  const lines = mainCf(settings, use, '/var/spool/postfix', families);
  return lines.filter((line) => !line.startsWith('#'));
}

test('names a map for each parameter, and what goes with it', async () => {
  expect(await linesFor('')).toEqual([
    'virtual_mailbox_domains = example.org',
    'virtual_mailbox_maps = socketmap:inet:127.0.0.1:9100:user-exists',
    'virtual_transport = lmtp:unix:private/dovecot-lmtp',
    'virtual_alias_maps = socketmap:inet:127.0.0.1:9100:virtual-aliases',
    'virtual_alias_domains =',
    'smtpd_sender_login_maps = socketmap:inet:127.0.0.1:9100:sender-logins',
    'recipient_delimiter = +',
  ]);
});

describe('domains', () => {
  const LISTS = `
domains: { example.org: { directory: people } }
directories: { people: { type: file, path: p.yaml, listDomains: true } }`;
  const lineOf = async (config: string) => {
    const settings = await settingsOf(config, await makePlace());
    const lines = mainCf(settings, 'mailboxes', '/var/spool/postfix');
    return lines.find((line) => line.startsWith('virtual_mailbox_domains'));
  };
  const many = (count: number) =>
    `domains: { ${Array.from({ length: count }, (_, i) => `d${i}.example: { directory: people }`).join(', ')} }\n${LEAST.replace(/domains:.*\n/, '')}`;
  const TABLE = 'virtual_mailbox_domains = socketmap:inet:127.0.0.1:9100:virtual-domains';

  test('are written out in both spellings, twins too', async () => {
    const config = LEAST.replace(
      'people } }',
      'people }, bücher.example: { aliasOf: example.org } }',
    );
    expect(await lineOf(config)).toBe(
      'virtual_mailbox_domains = example.org, xn--bcher-kva.example, bücher.example',
    );
  });

  test('are asked for where a directory lists more, or there are many', async () => {
    expect(await lineOf(LISTS)).toBe(TABLE);
    expect(await lineOf(LISTS.replace('true', 'false'))).toBe(
      'virtual_mailbox_domains = example.org',
    );
    expect(await lineOf(many(50))).toMatch(/ = d0\.example, /);
    expect(await lineOf(many(51))).toBe(TABLE);
  });

  test('that are written out are told to be', async () => {
    const settings = await settingsOf(LEAST, await makePlace());
    expect(mainCf(settings, 'mailboxes', '/')[0]).toMatch(/^# all domains .* added here, too$/);
  });
});

test('for a relay, says that a table takes no sub-domains, which a list took', async () => {
  const settings = await settingsOf(
    LEAST.replace('type: demo', 'type: file, path: p.yaml, listDomains: true'),
    await makePlace(),
  );
  expect(mainCf(settings, 'relay', '/var/spool/postfix')).toContain(
    '# a list (relay_domains = example.org) takes sub-domains as well, a table does not: name each under domains',
  );
  expect(mainCf(settings, 'mailboxes', '/var/spool/postfix').join('\n')).not.toContain(
    'sub-domain',
  );
});

test('for a relay, names the maps of a relay', async () => {
  expect(await linesFor('', 'relay')).toEqual([
    'relay_domains = example.org',
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
    [
      '[{ endpoint: "unix:/run/idpmap/s", client: sendmail }, "tcp://127.0.0.1:9200"]',
      'inet:127.0.0.1:9200',
    ],
  ])('%s is written %s', async (listen, source) => {
    const lines = await linesFor(`listen: ${listen}`);
    expect(lines).toContain(`virtual_mailbox_maps = socketmap:${source}:user-exists`);
  });

  test('for sendmail only is an error', async () => {
    const listen = '{ endpoint: "tcp://127.0.0.1:9100", client: sendmail }';
    const { config } = await configure({ 'idpmap.yaml': `listen: ${listen}\n${LEAST}` });
    await expect(postfix({ config, queueDirectory: '/' })).rejects.toMatchObject({
      code: EXIT.config,
      message: expect.stringContaining('no listener is for Postfix'),
    });
  });

  const EVERYWHERE = (host: string): string =>
    `{ endpoint: "tcp://${host}:9100", allow: [10.0.0.0/8], acknowledgeUnauthenticated: true }`;
  test.each<[string, Families | undefined, string]>([
    ['["tcp://[::1]:9100", "tcp://127.0.0.1:9200"]', [4], 'inet:127.0.0.1:9200'],
    ['["tcp://127.0.0.1:9200", "tcp://[::1]:9100"]', [6], 'inet:[::1]:9100'],
    ['["tcp://[::1]:9100", "tcp://127.0.0.1:9200"]', [4, 6], 'inet:[::1]:9100'],
    ['["tcp://[::1]:9100", "tcp://127.0.0.1:9200"]', undefined, 'inet:127.0.0.1:9200'],
    [`["tcp://[::1]:9100", ${OUTSIDE}]`, [4], 'inet:10.0.0.5:9100'],
    ['["tcp://[::1]:9100", "unix:/run/idpmap/socketmap"]', [4], 'unix:/run/idpmap/socketmap'],
    [EVERYWHERE('[::]'), [4], 'inet:127.0.0.1:9100'],
    [EVERYWHERE('[::]'), [6], 'inet:[::1]:9100'],
    [EVERYWHERE('0.0.0.0'), [4, 6], 'inet:127.0.0.1:9100'],
    ['tcp://[::1]:9100', undefined, 'inet:[::1]:9100'],
  ])('%s, of which Postfix speaks %j, is written %s', async (listen, families, source) => {
    const lines = await linesFor(`listen: ${listen}`, 'mailboxes', families);
    expect(lines).toContain(`virtual_mailbox_maps = socketmap:${source}:user-exists`);
  });

  test.each<[string, Families, string]>([
    ['tcp://[::1]:9100', [4], "ipv4 only (inet_protocols), and can't reach tcp://[::1]:9100"],
    [
      'tcp://127.0.0.1:9100',
      [6],
      "ipv6 only (inet_protocols), and can't reach tcp://127.0.0.1:9100",
    ],
    [EVERYWHERE('0.0.0.0'), [6], 'let "listen" name tcp://[::1]:9100 or a unix socket, too'],
  ])('%s, of which Postfix speaks %j, is an error', async (listen, families, message) => {
    await expect(linesFor(`listen: ${listen}`, 'mailboxes', families)).rejects.toThrow(message);
  });

  test('in IPv6 only has a remark where it is not known what Postfix speaks', async () => {
    const settings = await settingsOf(`listen: "tcp://[::1]:9100"\n${LEAST}`, await makePlace());
    expect(mainCf(settings, 'mailboxes', '/')[0]).toBe(
      '# Postfix reaches it if its inet_protocols has ipv6',
    );
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

test.each([
  ['all\n', [4, 6]],
  ['ipv4', [4]],
  ['ipv6\n', [6]],
  ['ipv4, ipv6', [4, 6]],
  ['IPv6 ipv4', [4, 6]],
  ['', undefined],
])('inet_protocols = %j is read as %j', (text, families) => {
  expect(readFamilies(text)).toEqual(families);
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
