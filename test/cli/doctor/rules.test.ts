import { describe, expect, test } from 'vitest';
import { lookAtDelivery } from '../../../src/cli/doctor/delivery.ts';
import { lookAtRestrictions } from '../../../src/cli/doctor/restrictions.ts';
import { type Changes, mend } from '../../support/doctor/facts.ts';

const TABLE = 'socketmap:unix:idpmap/socketmap';
const NONE = { virtual_mailbox_maps: '', virtual_alias_maps: '', smtpd_sender_login_maps: '' };
const LOGIN = { smtpd_sasl_auth_enable: 'yes' };

describe('delivery', () => {
  test('that is right has nothing to mend', async () => {
    expect(await mend(lookAtDelivery)).toEqual([]);
  });

  test.each(['mail for local users beside it', 'nothing'])(
    'with %s has none either',
    async (what) => {
      const main =
        what === 'nothing'
          ? { ...NONE, recipient_delimiter: '-', soft_bounce: 'yes' }
          : { mydestination: 'localhost', local_recipient_maps: 'proxy:unix:passwd.byname' };
      expect(await mend(lookAtDelivery, { main })).toEqual([]);
    },
  );

  test('takes delimiters in any order', async () => {
    const changes = { main: { recipient_delimiter: '-+' }, config: 'recipientDelimiter: "+-"' };
    expect(await mend(lookAtDelivery, changes)).toEqual([]);
  });

  test.each<[name: string, main: Readonly<Record<string, string>>, level: string, text: RegExp]>([
    [
      'recipient_delimiter',
      { recipient_delimiter: '-' },
      'failed',
      /is "-", and idpmap cuts addresses at "\+" .*ann-x@/,
    ],
    ['recipient_delimiter', { recipient_delimiter: '' }, 'failed', /is "", .*ann\+x@/],
    [
      'virtual_transport',
      { virtual_transport: 'virtual' },
      'failed',
      /^is virtual, and virtual\(8\)/,
    ],
    [
      'virtual_alias_expansion_limit',
      { virtual_alias_expansion_limit: '1000' },
      'warning',
      /is 1000, and a group may have 1000/,
    ],
    [
      'local_recipient_maps',
      { mydestination: 'localhost' },
      'failed',
      /is empty, so mail for everybody at localhost/,
    ],
    [
      'local_recipient_maps',
      { mydestination: 'localhost, example.org', local_recipient_maps: `${TABLE}:user-exists` },
      'failed',
      /answers for none of localhost \(/,
    ],
    ['soft_bounce', { soft_bounce: 'yes' }, 'warning', /nothing is refused/],
  ])('%s: %j', async (name, main, level, text) => {
    // Groups of the demo have no more than 999 members.
    const config = 'directories: { people: { type: file, path: p.yaml } }';
    expect(await mend(lookAtDelivery, { main, config })).toEqual([
      {
        level,
        about: `main.cf, ${name}`,
        text: expect.stringMatching(text),
        mend: expect.any(String),
      },
    ]);
  });

  test('says where a transport is nobody’s choice', async () => {
    const main = { virtual_transport: 'virtual' };
    expect(await mend(lookAtDelivery, { main, defaults: ['virtual_transport'] })).toMatchObject([
      { text: expect.stringContaining('is virtual, its default') },
    ]);
  });

  test('names a parameter that is none, and no other complaint', async () => {
    const complaints = [
      'main.cf: unused parameter: virtual_mailbox_map=socketmap:unix:idpmap/socketmap:user-exists',
      'main.cf: unused parameter: colour=blue',
      'master.cf: undefined parameter: mua_sender_restrictions',
    ];
    expect(await mend(lookAtDelivery, { complaints })).toMatchObject([
      { level: 'failed', about: 'main.cf, virtual_mailbox_map' },
    ]);
  });
});

describe('restrictions', () => {
  const OPEN = 'smtp inet n - y - - smtpd';
  const check = (changes: Changes) => mend(lookAtRestrictions, changes);

  test.each<[what: string, changes: Changes]>([
    ['that are right', {}],
    [
      'of a Postfix that asks nothing',
      { main: { ...NONE, smtpd_reject_unlisted_recipient: 'no' } },
    ],
    [
      'that check senders who have logged in, at port 25 too',
      {
        main: { ...LOGIN, smtpd_sender_restrictions: 'reject_authenticated_sender_login_mismatch' },
      },
    ],
    [
      'without maps of senders',
      {
        main: { smtpd_sender_login_maps: '' },
        overrides: 'submission/inet/smtpd_sasl_auth_enable = yes',
      },
    ],
    [
      'that check them where nobody else comes in',
      {
        services: '10.0.0.5:2525 inet n - y - - smtpd',
        overrides: `10.0.0.5:2525/inet/smtpd_client_restrictions = permit_sasl_authenticated, reject
10.0.0.5:2525/inet/smtpd_sender_restrictions = reject_sender_login_mismatch`,
        main: LOGIN,
      },
    ],
    [
      'that name what is not listed by themselves',
      {
        main: {
          smtpd_reject_unlisted_recipient: 'no',
          smtpd_recipient_restrictions: 'reject_unlisted_recipient',
        },
      },
    ],
  ])('%s have nothing to mend', async (_, changes) => {
    expect(await check(changes)).toEqual([]);
  });

  test.each<[what: string, changes: Changes, remark: readonly [string, string, RegExp]]>([
    [
      'a check of senders at port 25',
      {
        main: {
          ...LOGIN,
          smtpd_sender_restrictions: 'permit_mynetworks, reject_sender_login_mismatch',
        },
      },
      ['failed', 'main.cf, smtpd_sender_restrictions', /holds at smtp, .* are refused \(553\)$/],
    ],
    [
      'one that waits for somebody to turn logins on',
      { main: { smtpd_sender_restrictions: 'reject_known_sender_login_mismatch' } },
      ['warning', 'main.cf, smtpd_sender_restrictions', /will be refused \(553\) once/],
    ],
    [
      'one of a class',
      {
        main: {
          ...LOGIN,
          smtpd_restriction_classes: 'strict',
          strict: 'reject_sender_login_mismatch',
          smtpd_recipient_restrictions: 'strict',
        },
        services: OPEN,
      },
      [
        'failed',
        'main.cf, smtpd_recipient_restrictions',
        /reject_sender_login_mismatch holds at smtp/,
      ],
    ],
    [
      'none where people log in',
      { overrides: 'submission/inet/smtpd_sasl_auth_enable = yes' },
      ['warning', 'master.cf, submission', /may send as anybody/],
    ],
    [
      'recipients verified by another memory',
      {
        main: {
          smtpd_recipient_restrictions: 'reject_unverified_recipient',
          unverified_recipient_reject_code: '450',
        },
        services: OPEN,
      },
      ['warning', 'main.cf, smtpd_recipient_restrictions', /and who is new waits$/],
    ],
    [
      'senders verified by another memory, for good',
      {
        main: {
          smtpd_sender_restrictions: 'reject_unverified_sender',
          unverified_sender_reject_code: '550',
        },
        services: OPEN,
      },
      ['failed', 'main.cf, smtpd_sender_restrictions', /who is new is refused \(550\)$/],
    ],
    [
      'mail that is taken for nobody',
      { main: { smtpd_reject_unlisted_recipient: 'no' } },
      ['failed', 'main.cf, smtpd_reject_unlisted_recipient', /taken, and sent back/],
    ],
  ])('%s', async (_, changes, [level, about, text]) => {
    expect(await check(changes)).toEqual([
      { level, about, text: expect.stringMatching(text), mend: expect.any(String) },
    ]);
  });
});
