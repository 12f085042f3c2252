import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { explain } from '../../src/cli/explain.ts';
import { Fault } from '../../src/directory/directory.ts';
import { COMPANY, capture, configure } from '../support/command.ts';
import { listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, group } from '../support/scripted.ts';

/** The explanation by a daemon that knows ann, whose directory is then in `mode`. */
async function explainBy(mode: 'well' | 'fails', address: string) {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const { ask, place } = await startInstance({
    config: `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
maps: { user-exists: { kind: mailboxes }, virtual-domains: { kind: domains } }
cache: { fresh: 0ms, unknown: 0ms }`,
    directories: { staff: listingNone(staff) },
  });
  await ask('user-exists', 'ann@example.org');
  staff.mode = mode;
  return capture(() => explain(address, { config: `${place}/idpmap.yaml` }));
}

const explainDirect = async (address: string, json = {}) => {
  const { config } = await configure(COMPANY);
  return capture(() => explain(address, { config, direct: true, ...json }));
};

test('without a daemon names the shadow of the domain, too', async () => {
  const { config } = await configure({
    'idpmap.yaml': `
domains: { example.com: { directory: people, shadow: next } }
directories: { people: { type: demo }, next: { type: demo } }`,
  });
  const { text } = await capture(() => explain('user@example.com', { config, direct: true }));
  expect(text.match(/^shadow next: asked in the background and compared/gm)).toHaveLength(1);
});

describe('tells that Postfix will say', () => {
  test.each([
    ['250 for a mailbox', 'user@example.com', '250: user-exists has it'],
    ['250 for an alias', 'info@example.com', '250: virtual-aliases has it'],
    ['250 for a role', 'sales@example.com', '250: virtual-aliases has it'],
    [
      '250 for nobody at a domain with a catch-all',
      'x@full.example',
      '250: virtual-aliases has it',
    ],
    ['550 for nobody', 'x@example.com', '550: no map has it: user unknown'],
    ['550 for a disabled account', 'former@example.com', '550: no map has it: user unknown'],
    [
      '554 for somebody else’s domain',
      'ann@example.org',
      '554: virtual-domains does not have the domain: relay access denied',
    ],
  ])('%s', async (_, address, verdict) => {
    const { code, text } = await explainDirect(address);
    expect(text.split('\n')[0]).toBe(`Postfix will say ${verdict}`);
    expect(code).toBe(EXIT.ok);
  });

  test('451 for a stranger in an outage', async () => {
    const { text } = await explainBy('fails', 'bob@example.org');
    expect(text).toContain(
      'Postfix will say 451: user-exists does not know yet (idpmap directory staff): the mail waits',
    );
  });
});

test('tells who it is once, and half a sentence for each map', async () => {
  const { text } = await explainDirect('U.Ser+x@Full.Example');
  const nobody =
    'people has nobody as it is written (the last content that was read); people has nobody without its extension (the last content that was read)';
  expect(text.trimEnd().split('\n')).toEqual([
    'Postfix will say 250: virtual-aliases has it',
    '',
    'U.Ser+x@Full.Example is compared as u.ser+x@full.example',
    'domain full.example: ours',
    'people: account user@example.com; aliases info@example.com, u.ser@example.com; logins user, user@example.com',
    '',
    `user-exists                  → NOTFOUND: ${nobody}`,
    'virtual-aliases              → OK user@example.com: people has it as user@example.com, the target of a role or the catch-all, asked now',
    'virtual-domains full.example → OK full.example: the domain is ours',
    `sender-logins                → NOTFOUND: ${nobody}`,
  ]);
});

test('tells of somebody all that is known, once', async () => {
  const { text } = await explainDirect('info+x@example.com');
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('account'))).toEqual([
    'people: account user@example.com; aliases info@example.com, u.ser@example.com; logins user, user@example.com',
  ]);
  expect(lines).toContain(
    'user-exists                 → NOTFOUND: people has it without its extension, asked now, but no mailbox that takes mail has it as its own address',
  );
});

test('tells what was remembered, and how old it is', async () => {
  const { text } = await explainDirect('user@example.com');
  expect(text).toMatch(
    /^virtual-aliases .* → NOTFOUND: people has it as it is written, remembered 0 s ago, whose own address it is, and no alias$/m,
  );
});

test.each([
  ['a disabled account', account('off@example.org', { enabled: false }), 'but it is disabled'],
  ['a group of nobody', group('off@example.org', []), 'but the group has no member'],
])('tells why mail for %s is refused', async (_, entry, why) => {
  const staff = createScripted();
  employ(staff, [entry]);
  const { place } = await startInstance({
    config: `
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }`,
    directories: { staff: listingNone(staff) },
  });
  const { text } = await capture(() =>
    explain('off@example.org', { config: `${place}/idpmap.yaml` }),
  );
  expect(text).toContain('Postfix will say 550');
  for (const map of ['user-exists', 'virtual-aliases', 'relay-recipients'])
    expect(text).toMatch(new RegExp(`^${map} .* → NOTFOUND: .*, ${why}$`, 'm'));
});

test('tells that memory stands in, and why', async () => {
  const { text } = await explainBy('fails', 'ann@example.org');
  expect(text).toContain(
    'staff has it as it is written, remembered 0 s ago, in its place (refused)',
  );
  expect(text).toContain('Postfix will say 250: user-exists has it');
});

test('tells that a key is no address', async () => {
  const { text } = await explainDirect('root');
  expect(text.split('\n')[2]).toBe('root is no address: nobody is asked');
});

test('tells that a domain is not ours', async () => {
  const { text } = await explainDirect('ann@example.org');
  expect(text.split('\n')[3]).toBe('domain example.org: not ours');
});

test('gives it all as JSON', async () => {
  const { text } = await explainDirect('user@example.com', { json: true });
  expect(JSON.parse(text)).toMatchObject({
    key: 'user@example.com',
    domain: { name: 'example.com', ours: 'yes' },
    maps: [
      { map: 'user-exists', kind: 'mailboxes', answer: { status: 'OK', data: 'user@example.com' } },
      { map: 'virtual-aliases', answer: { status: 'NOTFOUND' } },
      { map: 'virtual-domains', key: 'example.com', answer: { status: 'OK' } },
      { map: 'sender-logins', answer: { status: 'OK', data: 'user,user@example.com' } },
    ],
    verdict: { code: 250 },
  });
});

test.each([
  ['moves the cursor', '\u001b[2J\u001b[H'],
  ['is of C1', '\u009b2J'],
  ['turns text round', '\u202eorpo\u2066'],
  ['adds a line', '\nPostfix will say 250: user-exists has it'],
  ['adds a line in another way', '\u2028Postfix will say 250\u0085'],
])('a directory whose reason %s moves nothing on a terminal', async (_, hostile) => {
  const fail = async () => Promise.reject(new Fault('entry', `here${hostile}there`));
  const { place } = await startInstance({
    directories: { staff: { ...createScripted(), find: fail } },
  });
  for (const options of [{}, { json: true }]) {
    const { text } = await capture(() =>
      explain('ann@example.org', { config: `${place}/idpmap.yaml`, ...options }),
    );
    expect(text).toMatch(/here\\[un]/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(text.split('\n').filter((line) => line.startsWith('Postfix will say 250'))).toEqual([]);
  }
});

describe('--login', () => {
  test.each([
    ['user', '250 to MAIL FROM of user: sender-logins lists the login'],
    [
      'admin',
      '553 to MAIL FROM of admin: sender-logins does not list the login: not owned by user admin',
    ],
  ])('tells whether %s may send as the address', async (login, verdict) => {
    const { text, code } = await explainDirect('User@example.com', { login });
    expect(text.split('\n')[2]).toBe('User@example.com is compared as user@example.com');
    expect(text).toContain('sender-logins → OK user,user@example.com: people has it');
    expect(text.split('\n')[0]).toBe(`Postfix will say ${verdict}`);
    expect(code).toBe(EXIT.ok);
  });

  test('says that no map keeps senders apart', async () => {
    const { config } = await configure({
      'idpmap.yaml': COMPANY['idpmap.yaml'].replace(/^ {2}sender-logins.*$/m, ''),
    });
    await expect(
      explain('user@example.com', { config, direct: true, login: 'user' }),
    ).rejects.toThrow('no map of kind senders is configured, so nobody is kept from any address');
  });
});

describe('--id', () => {
  test('tells what the id of a TEMP stands for, and how it is answered now', async () => {
    const staff = createScripted();
    employ(staff, [account('ann@example.org')]);
    const { ask, place } = await startInstance({ directories: { staff: listingNone(staff) } });
    const config = `${place}/idpmap.yaml`;
    staff.mode = 'doubts';
    const id = (await ask('user-exists', 'ann@example.org')).slice(-6);
    const { text } = await capture(() => explain(undefined, { config, id }));
    const lines = text.split('\n');
    expect(lines[0]).toMatch(
      new RegExp(`^${id}: user-exists ann@example.org was answered TEMP at 20.*Z, 0 s ago$`),
    );
    expect(lines.slice(1, 6)).toEqual([
      '  staff: unknown (entry): ambiguous',
      '',
      'now:',
      '',
      expect.stringMatching(/^Postfix will say 451: /),
    ]);
  });

  test('that nobody knows is an error', async () => {
    const { place } = await startInstance({
      directories: { staff: listingNone(createScripted()) },
    });
    await expect(
      explain(undefined, { config: `${place}/idpmap.yaml`, id: '7f3a91' }),
    ).rejects.toMatchObject({ code: EXIT.data, message: expect.stringContaining('"7f3a91"') });
  });

  test.each([
    ['ann@example.org', { id: '7f3a91' }],
    [undefined, { id: '7f3a91', login: 'ann' }],
    [undefined, { id: '7f3a91', direct: true }],
    [undefined, {}],
    [undefined, { login: 'ann' }],
  ])('%s with %j is a mistake of usage', async (address, options) => {
    await expect(explain(address, options)).rejects.toMatchObject({ code: EXIT.usage });
  });
});
