import { describe, expect, test } from 'vitest';
import { findChanges, formatChanges, tellReplaced } from '../../../src/cli/postfix/changes.ts';
import { postfixOf } from '../../support/doctor/facts.ts';

const LINES = [
  '# a remark',
  'virtual_mailbox_domains = example.org',
  'virtual_mailbox_maps = socketmap:unix:idpmap/socketmap:user-exists',
  'virtual_transport = lmtp:unix:private/dovecot-lmtp',
  'virtual_alias_domains =',
  'recipient_delimiter = +',
  'virtual_alias_expansion_limit = 1001',
];
const CHECK = ['-o smtpd_sender_restrictions=reject_sender_login_mismatch'];

type Changes = Parameters<typeof postfixOf>[0];
const find = (changes: Changes, keep: 'theirs' | 'none' = 'none') =>
  findChanges(LINES, CHECK, postfixOf(changes), keep);

test('a Postfix that has it all changes nothing', () => {
  expect(find({})).toEqual([]);
  expect(formatChanges([], '/etc/postfix')).toBe('/etc/postfix has all of it');
});

describe('what an administrator has', () => {
  test.each([
    [{ virtual_transport: 'lmtp:inet:store:24' }],
    [{ virtual_alias_expansion_limit: '5000' }],
    [{ virtual_mailbox_domains: 'example.org,' }],
  ])('and does its work stays: %j', (main) => {
    expect(find({ main })).toEqual([]);
  });

  test.each<[Readonly<Record<string, string>>, string, readonly string[]]>([
    [
      { virtual_mailbox_maps: 'hash:/etc/postfix/v' },
      'socketmap:unix:idpmap/socketmap:user-exists',
      ['hash:/etc/postfix/v'],
    ],
    [
      { virtual_mailbox_maps: 'socketmap:unix:idpmap/socketmap:users' },
      'socketmap:unix:idpmap/socketmap:user-exists',
      [],
    ],
    [{ virtual_mailbox_domains: 'example.org, old.example' }, 'example.org', ['old.example']],
    [
      { virtual_mailbox_domains: 'unionmap:{ hash:/a, hash:/b }' },
      'example.org',
      ['unionmap:{ hash:/a, hash:/b }'],
    ],
    [{ virtual_transport: 'virtual' }, 'lmtp:unix:private/dovecot-lmtp', ['virtual']],
  ])('and is replaced is named: %j', (main, to, lost) => {
    expect(find({ main })).toMatchObject([{ file: 'main.cf', to, whose: 'theirs', lost }]);
  });

  test('is kept before ours where it is wanted', () => {
    const main = {
      virtual_mailbox_maps: 'hash:/etc/postfix/v',
      virtual_mailbox_domains: 'example.org, old.example',
    };
    expect(find({ main }, 'theirs')).toMatchObject([
      { to: 'old.example, example.org', lost: [] },
      { to: 'hash:/etc/postfix/v, socketmap:unix:idpmap/socketmap:user-exists', lost: [] },
    ]);
  });
});

test('what nobody wrote is no loss, and what follows another parameter is written all the same', () => {
  const changes = {
    main: { virtual_mailbox_maps: '', virtual_transport: 'virtual' },
    defaults: [
      'virtual_mailbox_maps',
      'virtual_transport',
      'virtual_alias_domains',
      'recipient_delimiter',
    ],
  };
  expect(find(changes)).toMatchObject([
    { name: 'virtual_mailbox_maps', from: '', whose: 'default', lost: [] },
    { name: 'virtual_transport', from: 'virtual', whose: 'default', lost: [] },
    { name: 'virtual_alias_domains', to: '', whose: 'default' },
  ]);
});

describe('senders', () => {
  test.each([
    ['', 'reject_sender_login_mismatch'],
    [
      'submission/inet/smtpd_sender_restrictions = permit_mynetworks, reject',
      'reject_sender_login_mismatch,permit_mynetworks,reject',
    ],
  ])('are checked where people log in, before %j', (more, to) => {
    const overrides = `submission/inet/smtpd_sasl_auth_enable = yes\n${more}`;
    expect(find({ overrides })).toMatchObject([
      { file: 'master.cf', name: 'submission/inet/smtpd_sender_restrictions', to },
    ]);
  });

  test('are not checked where nobody does, nor for a relay', () => {
    expect(find({ overrides: '' })).toEqual([]);
    const overrides = 'submission/inet/smtpd_sasl_auth_enable = yes';
    expect(findChanges(LINES, [], postfixOf({ overrides }), 'none')).toEqual([]);
  });
});

test('people read them as diff writes them', () => {
  const main = { virtual_mailbox_maps: 'hash:/etc/postfix/v', virtual_transport: 'virtual' };
  const text = formatChanges(find({ main, defaults: ['virtual_transport'] }), '/etc/postfix');
  expect(text).toBe(`main.cf:
- virtual_mailbox_maps = hash:/etc/postfix/v
+ virtual_mailbox_maps = socketmap:unix:idpmap/socketmap:user-exists
! no longer asked: hash:/etc/postfix/v
- virtual_transport = virtual   (Postfix's default)
+ virtual_transport = lmtp:unix:private/dovecot-lmtp`);
});

describe('the lines, as they are printed', () => {
  const tell = (changes: Changes) => tellReplaced(LINES, find(changes));

  test('are the same where nothing of an administrator’s own is replaced', () => {
    expect(tell({})).toEqual(LINES);
    expect(tell({ main: { virtual_transport: 'lmtp:inet:store:24' } })).toEqual(LINES);
  });

  test('say beside each what of an administrator’s own it takes the place of, in remarks', () => {
    const told = tell({
      main: {
        virtual_mailbox_maps: 'hash:/etc/postfix/v, ldap:/etc/postfix/l',
        recipient_delimiter: '-',
      },
    });
    expect(told.filter((line) => !LINES.includes(line))).toEqual([
      '# in place of yours in main.cf: virtual_mailbox_maps = hash:/etc/postfix/v, ldap:/etc/postfix/l',
      '#   no longer asked: hash:/etc/postfix/v',
      '#   no longer asked: ldap:/etc/postfix/l',
      '# in place of yours in main.cf: recipient_delimiter = -',
      '# --diff and --apply with --keep leave tables and domains of yours in place, before these',
    ]);
    expect(told[told.indexOf(LINES[2] ?? '') - 3]).toMatch(/^# in place of yours/);
  });
});
