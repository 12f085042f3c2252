import { describe, expect, test } from 'vitest';
import { parseLine, tellOthers } from '../../../src/cli/import/lines.ts';

const ldap = (file: string) => ({ kind: 'own', file });

test.each([
  ['virtual_alias_maps=a.cf,b.cf', 'virtual', [ldap('a.cf'), ldap('b.cf')]],
  [
    ' virtual_alias_maps = ldap:/a.cf, proxy:ldap:/b.cf ',
    'virtual',
    [ldap('/a.cf'), ldap('/b.cf')],
  ],
  ['transport_maps =\n  ldap:/a.cf\n  ldap:/b.cf', 'domain', [ldap('/a.cf'), ldap('/b.cf')]],
  ['virtual_mailbox_domains = ldap:/a.cf', 'exact', [ldap('/a.cf')]],
  ['relay_domains = ldap:/a.cf', 'host', [ldap('/a.cf')]],
  ['check_client_access = ldap:/a.cf', 'host', [ldap('/a.cf')]],
  ['check_recipient_access=a.cf', 'address', [ldap('a.cf')]],
  ['canonical_maps=a.cf', 'virtual', [ldap('a.cf')]],
  ['smtpd_sender_login_maps=a.cf', 'recipient', [ldap('a.cf')]],
  [
    'virtual_alias_maps = hash:/etc/virtual, ldap:/a.cf, $other',
    'virtual',
    [
      { kind: 'other', text: 'hash:/etc/virtual' },
      ldap('/a.cf'),
      { kind: 'other', text: '$other' },
    ],
  ],
])('reads %j', (text, keys, items) => {
  expect(parseLine(text)).toMatchObject({ keys, items });
});

test.each([
  ['a.cf', '"a.cf" names no parameter, write virtual_alias_maps=FILE,FILE'],
  ['=a.cf', '"=a.cf" names no parameter'],
  [
    'virtual_alias_map=a.cf',
    '"virtual_alias_map" is none of the parameters known here: canonical_maps, ',
  ],
  ['virtual_alias_maps=', 'it names no file, write virtual_alias_maps=FILE,FILE'],
  ['virtual_alias_maps=hash:/x', 'it names no file'],
  ['virtual_alias_maps = unionmap:{ldap:/a.cf, ldap:/b.cf}', "tables in braces can't be read"],
  ['check_client_access = a.cf, b.cf', 'it takes one table, write --map for each'],
])('refuses %j: %s', (text, says) => {
  expect(() => parseLine(text)).toThrow(says);
});

describe('tables of other types', () => {
  test.each([
    [
      'hash:/x, ldap:/a.cf',
      /hash:\/x is no ldap: table and stays in main.cf before the map: .*part of a key/,
    ],
    ['ldap:/a.cf, hash:/x', /hash:\/x .* behind the map: all that it has counts after/],
    ['ldap:/a.cf, hash:/x, ldap:/b.cf', /hash:\/x .* behind the map: /],
  ])('are told for %j', (value, says) => {
    const notes = tellOthers(parseLine(`virtual_alias_maps = ${value}`));
    expect(notes).toEqual([
      { where: '--map virtual_alias_maps', text: expect.stringMatching(says), isEssential: true },
    ]);
  });

  test('are not missed where there are none', () => {
    expect(tellOthers(parseLine('virtual_alias_maps = ldap:/a.cf, ldap:/b.cf'))).toEqual([]);
  });
});
