import { expect, test } from 'vitest';
import { lookAtDelivery } from '../../../src/cli/doctor/delivery.ts';
import { lookAtDomains } from '../../../src/cli/doctor/domains.ts';
import { lookAtKinds } from '../../../src/cli/doctor/kinds.ts';
import { lookAtRefusals } from '../../../src/cli/doctor/refusals.ts';
import { lookAtRestrictions } from '../../../src/cli/doctor/restrictions.ts';
import { type Changes, mend } from '../../support/doctor/facts.ts';

const TABLE = 'socketmap:unix:idpmap/socketmap';
const SERVICES = `
smtp       inet  n - y - - smtpd
cleanup    unix  n - y - 0 cleanup
rewrite    unix  - - y - - trivial-rewrite
`;
const main = (name: string, value: string): Changes => ({ main: { [name]: value } });
const override = (text: string): Changes => ({ services: SERVICES, overrides: text });

test.each([lookAtRefusals, lookAtKinds])(
  'a Postfix that is right has nothing to mend (%o)',
  async (look) => {
    expect(await mend(look)).toEqual([]);
  },
);

test.each<[what: string, changes: Changes, about: RegExp, text: RegExp]>([
  [
    'a code of its own',
    main('unknown_virtual_mailbox_reject_code', '450'),
    /reject_code$/,
    /is 450/,
  ],
  ['a queue that keeps nothing', main('maximal_queue_lifetime', '0'), /lifetime$/, /a refusal/],
  ['a queue that keeps mail for hours', main('maximal_queue_lifetime', '4h'), /lifetime$/, /is 4h/],
  ['nobody who is asked', main('virtual_mailbox_maps', ''), /virtual_mailbox_maps$/, /everybody/],
  [
    'a relay of which nobody is asked',
    { main: { relay_domains: 'example.org', relay_recipient_maps: '' } },
    /relay_recipient_maps$/,
    /everybody at example\.org/,
  ],
  [
    'a relay whose domains we list',
    {
      main: {
        relay_domains: 'socketmap:unix:idpmap/socketmap:virtual-domains',
        relay_recipient_maps: '',
      },
    },
    /relay_recipient_maps$/,
    /everybody in relay_domains/,
  ],
  [
    'a service that takes everybody',
    override('smtp/inet/virtual_mailbox_maps ='),
    /^master.cf, smtp, virtual_mailbox_maps$/,
    /empty there/,
  ],
  [
    'a delimiter of one service',
    override('cleanup/unix/recipient_delimiter = -'),
    /^master.cf, cleanup, recipient_delimiter$/,
    /is "-" there/,
  ],
  [
    'aliases that are not expanded',
    override('cleanup/unix/virtual_alias_maps ='),
    /^master.cf, cleanup, virtual_alias_maps$/,
    /expanded by nobody/,
  ],
  [
    'no mappings',
    main('receive_override_options', 'no_address_mappings'),
    /receive_override_options$/,
    /expanded by nobody/,
  ],
  [
    'an open relay',
    main('smtpd_relay_restrictions', 'permit_mynetworks'),
    /smtpd_relay_restrictions$/,
    /strangers may relay/,
  ],
  [
    'a line that takes the place of another',
    {
      complaints: ['/etc/postfix/main.cf, line 40: overriding earlier entry: virtual_alias_maps=x'],
    },
    /virtual_alias_maps$/,
    /line 40/,
  ],
])('finds %s', async (_, changes, about, text) => {
  const found = { about: expect.stringMatching(about), text: expect.stringMatching(text) };
  expect(await mend(lookAtRefusals, changes)).toMatchObject([found]);
});

test.each<[what: string, changes: Changes, text: RegExp]>([
  [
    'canonical addresses',
    main('canonical_maps', `${TABLE}:virtual-aliases`),
    /senders and headers/,
  ],
  ['transports', main('transport_maps', `${TABLE}:user-exists`), /for a transport/],
  [
    'restrictions',
    main('smtpd_recipient_restrictions', `check_recipient_access ${TABLE}:user-exists`),
    /name of a restriction/,
  ],
  ['a memory', main('address_verify_map', `${TABLE}:user-exists`), /Postfix writes/],
  [
    'the port of HTTP',
    {
      config: 'http: tcp://127.0.0.1:9101\n',
      ...main('virtual_mailbox_maps', 'socketmap:inet:127.0.0.1:9101:user-exists'),
    },
    /speaks HTTP/,
  ],
])('finds answers that are taken for %s', async (_, changes, text) => {
  expect(await mend(lookAtKinds, changes)).toMatchObject([{ text: expect.stringMatching(text) }]);
});

test.each([
  [
    'a service that a filter hands mail back to',
    {
      services: `${SERVICES}127.0.0.1:10025 inet n - y - - smtpd\n`,
      overrides:
        '127.0.0.1:10025/inet/receive_override_options =\n127.0.0.1:10025/inet/virtual_mailbox_maps =\n',
      ...main('receive_override_options', 'no_address_mappings'),
    },
  ],
  [
    'a second cleanup',
    {
      services: `${SERVICES}pre-cleanup unix n - y - 0 cleanup\n`,
      overrides: 'pre-cleanup/unix/virtual_alias_maps =\n',
    },
  ],
  ['a queue that keeps mail for a week', main('maximal_queue_lifetime', '1w')],
  [
    'a code of people whom idpmap is not asked for',
    main('unknown_local_recipient_reject_code', '450'),
  ],
] satisfies [string, Changes][])('has nothing against %s', async (_, changes) => {
  expect(await mend(lookAtRefusals, changes)).toEqual([]);
});

test.each<[string, RegExp]>([
  ['', /is empty/],
  ['local', /users of this machine only/],
])('finds "%s" as the transport', async (transport, text) => {
  expect(await mend(lookAtDelivery, main('virtual_transport', transport))).toMatchObject([
    { about: 'main.cf, virtual_transport', text: expect.stringMatching(text) },
  ]);
});

test.each<[string, Changes, RegExp]>([
  [
    'alias domains',
    { main: { virtual_mailbox_domains: '', virtual_alias_domains: `${TABLE}:virtual-domains` } },
    /have aliases only/,
  ],
  [
    'local ones',
    {
      main: {
        virtual_mailbox_domains: '',
        virtual_alias_domains: '',
        mydestination: `${TABLE}:virtual-domains`,
        local_recipient_maps: 'proxy:unix:passwd.byname',
      },
    },
    /users of this machine/,
  ],
])('finds our domains as %s', async (_, changes, text) => {
  expect(await mend(lookAtDomains, changes)).toContainEqual(
    expect.objectContaining({ text: expect.stringMatching(text) }),
  );
});

test('takes a service behind postscreen for port 25', async () => {
  const changes = {
    services: `${SERVICES}smtpd pass - - y - - smtpd\n`,
    overrides: 'smtpd/pass/smtpd_sender_restrictions = reject_known_sender_login_mismatch\n',
  };
  expect(await mend(lookAtRestrictions, changes)).toMatchObject([
    { about: 'master.cf, smtpd, smtpd_sender_restrictions', level: 'warning' },
  ]);
});
