import { expect, test } from 'vitest';
import type { Rules } from '../../src/maps/kind.ts';
import { account, group } from '../support/scripted.ts';
import { askMaps, buildMaps, openDirectory } from '../support/world.ts';

const PEOPLE = [
  account('ann@x.org', { aliases: ['a.smith@x.org'], logins: ['ann', 'ann@x.org'] }),
  account('mute@x.org', { aliases: ['still@x.org'], logins: [] }),
  account('off@x.org', { aliases: ['left@x.org'], logins: ['off'], enabled: false }),
  group('team@x.org', ['ann@x.org', 'carl@elsewhere.example'], {
    aliases: ['crew@x.org'],
    logins: ['ann', 'carl'],
  }),
  group('nobody@x.org', []),
  account('both@x.org', { logins: ['both'] }),
  group('both@x.org', ['both@x.org', 'ann@x.org']),
  account('one@x.org', { aliases: ['shared@x.org', 'twice@x.org'], logins: ['one', 'desk'] }),
  account('two@x.org', { aliases: ['shared@x.org'], logins: ['two', 'desk'] }),
  group('pair@x.org', ['one@x.org', 'two@x.org'], { aliases: ['twice@x.org'] }),
  account('boss@xn--exmple-cua.test', { aliases: ['chief@xn--exmple-cua.test'] }),
  account('"an n"@x.org', { logins: ['an-n'] }),
  account('gone@xn--exmple-cua.test', { enabled: false, logins: [] }),
];

function openStaff(rules: Partial<Rules> = {}) {
  const staff = openDirectory('staff', PEOPLE);
  const domains = {
    'x.org': { directories: ['staff'] },
    'y.org': { aliasOf: 'x.org' },
    'z.org': { aliasOf: 'y.org' },
    'xn--exmple-cua.test': { directories: ['staff'] },
  };
  return { staff, maps: buildMaps(domains, { staff: staff.source }, rules) };
}

const NO = 'NOTFOUND';
const LATER = 'TEMP idpmap disabled, the account is disabled';

interface Row {
  readonly what: string;
  readonly key: string;
  /** In order: mailboxes, aliases, senders, recipients. */
  readonly say: readonly [string, string, string, string];
}

const check = async (key: string, say: Row['say'], rules?: Partial<Rules>): Promise<void> => {
  const [mailboxes, aliases, senders, recipients] = say;
  expect(await askMaps(openStaff(rules).maps, key)).toEqual({
    mailboxes,
    aliases,
    senders,
    recipients,
  });
};

test.each<Row>([
  {
    what: "an account's own address",
    key: 'ann@x.org',
    say: ['OK ann@x.org', NO, 'OK ann,ann@x.org', 'OK ann@x.org'],
  },
  {
    what: 'an address in any case',
    key: 'Ann@X.Org',
    say: ['OK ann@x.org', NO, 'OK ann,ann@x.org', 'OK ann@x.org'],
  },
  {
    what: 'an alias',
    key: 'a.smith@x.org',
    say: [NO, 'OK ann@x.org', 'OK ann,ann@x.org', 'OK a.smith@x.org'],
  },
  {
    what: 'an alias of two accounts',
    key: 'shared@x.org',
    say: [NO, 'OK one@x.org,two@x.org', 'OK one,desk,two', 'OK shared@x.org'],
  },
  {
    what: 'a target that an account and a group share, once',
    key: 'twice@x.org',
    say: [NO, 'OK one@x.org,two@x.org', 'OK one,desk', 'OK twice@x.org'],
  },
  {
    what: 'a group',
    key: 'team@x.org',
    say: [NO, 'OK ann@x.org,carl@elsewhere.example', 'OK no-login.invalid', 'OK team@x.org'],
  },
  {
    what: "a group's alias",
    key: 'crew@x.org',
    say: [NO, 'OK ann@x.org,carl@elsewhere.example', 'OK no-login.invalid', 'OK crew@x.org'],
  },
  {
    what: 'a group without members',
    key: 'nobody@x.org',
    say: [NO, NO, 'OK no-login.invalid', NO],
  },
  {
    what: 'a group beside an account: the account and the members',
    key: 'both@x.org',
    say: ['OK both@x.org', 'OK both@x.org,ann@x.org', 'OK both', 'OK both@x.org'],
  },
  {
    what: 'an account without a login',
    key: 'mute@x.org',
    say: ['OK mute@x.org', NO, 'OK no-login.invalid', 'OK mute@x.org'],
  },
  {
    what: "a loginless account's alias",
    key: 'still@x.org',
    say: [NO, 'OK mute@x.org', 'OK no-login.invalid', 'OK still@x.org'],
  },
  {
    what: 'a disabled account',
    key: 'off@x.org',
    say: [NO, NO, 'OK no-login.invalid', NO],
  },
  {
    what: "a disabled account's alias",
    key: 'left@x.org',
    say: [NO, NO, 'OK no-login.invalid', NO],
  },
  { what: 'nobody', key: 'stranger@x.org', say: [NO, NO, NO, NO] },
  {
    what: 'an account with an extension',
    key: 'ann+news@x.org',
    say: ['OK ann@x.org', NO, 'OK ann,ann@x.org', 'OK ann+news@x.org'],
  },
  {
    what: 'a twin domain',
    key: 'ann@y.org',
    say: [NO, 'OK ann@x.org', 'OK ann,ann@x.org', NO],
  },
  {
    what: "a twin's twin",
    key: 'ann@z.org',
    say: [NO, 'OK ann@x.org', 'OK ann,ann@x.org', NO],
  },
  {
    what: 'an alias in a twin domain',
    key: 'a.smith@y.org',
    say: [NO, 'OK ann@x.org', 'OK ann,ann@x.org', NO],
  },
  {
    what: 'a disabled account in a twin domain',
    key: 'off@y.org',
    say: [NO, NO, 'OK no-login.invalid', NO],
  },
  { what: 'nobody in a twin domain', key: 'stranger@z.org', say: [NO, NO, NO, NO] },
  {
    what: 'an own address written with U-labels',
    key: 'boss@Exämple.test',
    say: [
      'OK boss@xn--exmple-cua.test',
      'OK boss@xn--exmple-cua.test',
      'OK boss@xn--exmple-cua.test',
      'OK boss@xn--exmple-cua.test',
    ],
  },
  {
    what: 'an own address written with A-labels',
    key: 'boss@xn--exmple-cua.test',
    say: [
      'OK boss@xn--exmple-cua.test',
      NO,
      'OK boss@xn--exmple-cua.test',
      'OK boss@xn--exmple-cua.test',
    ],
  },
  {
    what: 'an alias written with U-labels',
    key: 'chief@exämple.test',
    say: [
      NO,
      'OK boss@xn--exmple-cua.test',
      'OK boss@xn--exmple-cua.test',
      'OK chief@xn--exmple-cua.test',
    ],
  },
  {
    what: "a disabled account's own address written with U-labels",
    key: 'gone@exämple.test',
    say: [NO, NO, 'OK no-login.invalid', NO],
  },
  {
    what: 'a quoted local part',
    key: '"an n"@x.org',
    say: ['OK "an n"@x.org', NO, 'OK an-n', 'OK "an n"@x.org'],
  },
])('answers $what', async ({ key, say }) => {
  await check(key, say);
});

test.each<Row & { readonly disabled: Rules['disabled'] }>([
  {
    what: 'takes mail for',
    disabled: 'accept',
    key: 'off@x.org',
    say: ['OK off@x.org', NO, 'OK no-login.invalid', 'OK off@x.org'],
  },
  {
    what: 'takes mail for the alias of',
    disabled: 'accept',
    key: 'left@x.org',
    say: [NO, 'OK off@x.org', 'OK no-login.invalid', 'OK left@x.org'],
  },
  {
    what: 'defers',
    disabled: 'defer',
    key: 'off@x.org',
    say: [LATER, NO, 'OK no-login.invalid', LATER],
  },
  {
    what: 'defers the alias of',
    disabled: 'defer',
    key: 'left@x.org',
    say: [NO, LATER, 'OK no-login.invalid', LATER],
  },
])('$what a disabled account where told to $disabled', async ({ key, say, disabled }) => {
  await check(key, say, { disabled });
});

test("lets a group's members send as it where told so", async () => {
  const { maps } = openStaff({ groupSenders: 'members' });
  expect((await askMaps(maps, 'team@x.org')).senders).toBe('OK ann,carl');
});

test('one question to the directory serves all the maps', async () => {
  const { maps, staff } = openStaff();
  await askMaps(maps, 'a.smith@x.org');
  expect(staff.directory.asked).toEqual(['a.smith@x.org']);
});
