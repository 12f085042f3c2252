import { describe, expect, test } from 'vitest';
import { findAmong, settingsWith } from '../branchfixture.ts';
import { entry } from '../tablefixture.ts';

const OPENLDAP = settingsWith({});
const AD = settingsWith({ preset: 'active-directory' });
const ANN = { mail: ['ann@example.test'] };
const person = (attributes: Readonly<Record<string, readonly string[]>>) =>
  entry('cn=ann,ou=people', attributes);

describe('an entry that was found', () => {
  test('and shows the address is the one', async () => {
    const { found } = await findAmong({ people: [person(ANN)] }, OPENLDAP);
    expect(found).toMatchObject([{ address: 'ann@example.test' }]);
  });

  test('by an attribute that it does not show is doubted', async () => {
    const hidden = person({ mail: ['smith@example.test'] });
    await expect(findAmong({ people: [hidden] }, OPENLDAP)).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining('give bind.dn the right to read mail and mailAlternate'),
    });
  });

  test.each([
    ['jurgen@example.test', 'jürgen@example.test'],
    ['grüss@example.test', 'Gruß@example.test'],
    ['"a  b"@example.test', '"a b"@example.test'],
  ])('for %s, but is %s, is somebody else', async (address, mail) => {
    const { found } = await findAmong({ people: [person({ mail: [mail] })] }, AD, address);
    expect(found).toEqual([]);
  });

  test('for what it only resembles, showing all, is somebody else', async () => {
    const shown = person({
      mail: ['smith@example.test'],
      proxyAddresses: ['SIP:ann@example.test'],
    });
    expect((await findAmong({ people: [shown] }, AD)).found).toEqual([]);
  });

  test('by a whole question, without the address, is doubted', async () => {
    const settings = settingsWith({ accounts: { filter: '(otherMailbox=%s)' } });
    const other = person({ mail: ['smith@example.test'] });
    await expect(findAmong({ people: [other] }, settings)).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining('accounts.aliases'),
    });
  });
});

describe('alias prefixes', () => {
  const addresses = {
    mail: ['main@example.test'],
    proxyAddresses: ['smtp:ann@example.test', 'SIP:ann@voice.test', 'plain@example.test'],
    otherMailbox: ['other@example.test'],
  };

  test('of a preset go for its own attributes only', async () => {
    const settings = settingsWith({
      preset: 'active-directory',
      accounts: { aliases: ['ProxyAddresses', 'otherMailbox'] },
    });
    const { found } = await findAmong({ people: [person(addresses)] }, settings);
    expect(found).toMatchObject([{ aliases: ['ann@example.test', 'other@example.test'] }]);
  });

  test('that are configured go for all attributes', async () => {
    const settings = settingsWith({
      accounts: { aliases: ['proxyAddresses', 'otherMailbox'], aliasPrefix: 'SMTP:' },
    });
    const { found } = await findAmong({ people: [person(addresses)] }, settings);
    expect(found).toMatchObject([{ aliases: ['ann@example.test'] }]);
  });
});

describe('Exchange’s mailboxes without a user', () => {
  const account = (type: string) => ({
    ...ANN,
    proxyAddresses: ['SMTP:ann@example.test'],
    userAccountControl: ['514'],
    msExchRecipientTypeDetails: [type],
    userPrincipalName: ['ann@ad.test'],
  });

  test.each(['4', '16', '32', '34359738368', '8589934592', '17179869184'])(
    'of type %s are enabled, without logins',
    async (type) => {
      const { found } = await findAmong({ people: [person(account(type))] }, AD);
      expect(found).toMatchObject([{ enabled: true, logins: [] }]);
    },
  );

  test('are no others that are disabled', async () => {
    const { found } = await findAmong({ people: [person(account('1'))] }, AD);
    expect(found).toMatchObject([{ enabled: false }]);
  });
});

describe('members', () => {
  const team = (attributes: Readonly<Record<string, readonly string[]>>) =>
    entry('cn=team,ou=groups', { mail: ['team@example.test'], ...attributes });
  const find = (attributes: Readonly<Record<string, readonly string[]>>, members = [person(ANN)]) =>
    findAmong({ teams: [team(attributes)], members }, OPENLDAP, 'team@example.test');

  test('that are all there need no proof', async () => {
    const { found, missed } = await find({ member: ['cn=ann,ou=people'] });
    expect(found).toMatchObject([{ members: ['ann@example.test'] }]);
    expect(missed).toBe(0);
  });

  test.each([
    ['names', { member: ['cn=ann,ou=people', 'cn=gone,ou=people'] }],
    ['logins', { memberUid: ['ann', 'gone'] }],
  ])('some of whose %s lead nowhere need one', async (_, attributes) => {
    expect((await find(attributes)).missed).toBe(1);
  });

  test.each([
    ['names', { member: ['cn=gone,ou=people'] }],
    ['logins', { memberUid: ['gone'] }],
  ])('none of whose %s is to be seen are doubted', async (_, attributes) => {
    await expect(find(attributes, [])).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining('none of the 1 members of'),
    });
  });

  test('are asked for in batches, and those who are not found one by one', async () => {
    const gone = Array.from({ length: 120 }, (_, i) => `cn=${i}`);
    const { asked } = await find({ member: ['cn=ann,ou=people', ...gone] });
    expect(asked.filter(({ scope }) => scope !== 'base')).toHaveLength(2 + 3 + 3);
    expect(asked.filter(({ scope }) => scope === 'base')).toHaveLength(120);
  });

  const few = settingsWith({ groups: { depth: 10, members: 2 } });
  test('above the limit are not even looked for', async () => {
    const big = team({ member: ['cn=1', 'cn=2', 'cn=3'] });
    await expect(findAmong({ teams: [big] }, few, 'team@example.test')).rejects.toThrow(
      'it names more than 2 members: raise groups.members',
    );
  });

  test('above the limit in all are doubted, however they came', async () => {
    const big = team({
      member: ['cn=ann,ou=people'],
      mgrpRFC822MailMember: ['b@x.example', 'c@x.example'],
    });
    const found = { teams: [big], members: [person(ANN)] };
    await expect(findAmong(found, few, 'team@example.test')).rejects.toThrow(
      'it has more than 2 members',
    );
  });

  test('by the empty name are none', async () => {
    const { found, asked } = await find({ member: [''] });
    expect(found).toMatchObject([{ members: [] }]);
    expect(asked).toHaveLength(2);
  });

  test('may carry a bit string behind their name', async () => {
    const { missed } = await find({
      uniqueMember: ["cn=ann,ou=people#'0101'B", 'cn=ann,ou=people'],
    });
    expect(missed).toBe(0);
  });
});

describe('an address that Postfix has folded', () => {
  const asked = async (settings: Parameters<typeof findAmong>[1], address: string) =>
    (await findAmong({}, settings, address)).asked.map(({ filter }) => String(filter));

  test('is asked for in each spelling, in one search', async () => {
    const [people = ''] = await asked(OPENLDAP, 'strauss@example.test');
    for (const text of ['strauss', 'strauß', 'strauẞ'])
      expect(people).toContain(`(mail=${text}@example.test)`);
  });

  test('is asked for with the prefix of an alias', async () => {
    const [people = ''] = await asked(AD, 'strauss@example.test');
    expect(people).toContain('(proxyAddresses=smtp:strauß@example.test)');
  });

  test('is asked for by a local part alone', async () => {
    const settings = settingsWith({ accounts: { address: ['{uid}@example.test'] } });
    const [people = ''] = await asked(settings, 'strauss@example.test');
    expect(people).toContain('(uid=strauß)');
  });

  test('is asked for by a filter of the site’s own', async () => {
    const settings = settingsWith({ accounts: { filter: '(|(mail=%s)(x=%u))' } });
    const [people = ''] = await asked(settings, 'strauss@example.test');
    expect(people).toContain('(mail=strauß@example.test)');
  });

  test('costs no more where nothing folds to it', async () => {
    const [people = ''] = await asked(OPENLDAP, 'kate.smith@example.test');
    expect(people.match(/\(mail=(?!mailto:)/g)).toHaveLength(1);
  });

  test('finds whoever is stored with other letters, and sends mail to those', async () => {
    const { found } = await findAmong(
      { people: [person({ mail: ['Strauß@example.test'] })] },
      OPENLDAP,
      'strauss@example.test',
    );
    expect(found).toMatchObject([
      { address: 'strauss@example.test', spelling: 'strauß@example.test' },
    ]);
  });

  test('is in doubt where nobody has it and not all spellings were asked', async () => {
    const address = `${'s'.repeat(40)}@example.test`;
    await expect(findAmong({}, OPENLDAP, address)).rejects.toMatchObject({ kind: 'entry' });
  });
});
