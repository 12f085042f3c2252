import { type Planted, STANDARD, UNIX } from './stage.ts';

/** Who is taken, refused or deferred otherwise than idpmap says, and answers where they mean something else. */
export const REFUSALS: readonly Planted[] = [
  [
    'a code by which nobody is refused',
    () => ({
      mainCf: { unknown_virtual_mailbox_reject_code: '450' },
      finds: ['warning', /unknown_virtual_mailbox_reject_code$/, /is 450.*for days/, /= 550/],
      says: ['nobody@example.org', 450],
    }),
  ],
  [
    'a queue that keeps nothing',
    () => ({
      mainCf: { maximal_queue_lifetime: '0' },
      finds: ['failed', /maximal_queue_lifetime$/, /a deferral is a refusal/, /postconf -X/],
    }),
  ],
  [
    'a queue that keeps mail for hours',
    () => ({
      mainCf: { maximal_queue_lifetime: '4h' },
      finds: ['warning', /maximal_queue_lifetime$/, /is 4h/, /postconf -X/],
    }),
  ],
  [
    'a written domain of which nobody is asked who is there',
    () => ({
      mainCf: { virtual_mailbox_maps: '' },
      finds: [
        'failed',
        /^main.cf, virtual_mailbox_maps$/,
        /everybody at example\.org .* is taken/,
        /idpmap postfix/,
      ],
      says: ['nobody@example.org', 250],
    }),
  ],
  [
    'a written relay domain of which nobody is asked',
    () => ({
      mainCf: {
        virtual_mailbox_domains: '',
        virtual_mailbox_maps: '',
        relay_domains: 'example.org',
      },
      finds: ['failed', /relay_recipient_maps$/, /everybody at example\.org/, /idpmap postfix/],
      says: ['nobody@example.org', 250],
    }),
  ],
  [
    'a service that takes everybody',
    () => ({
      masterCf: (text) => `${text}\nsmtp inet n - y - - smtpd -o virtual_mailbox_maps=\n`,
      finds: [
        'failed',
        /^master\.cf, .*, virtual_mailbox_maps$/,
        /empty there.*taken/,
        /take -o virtual_mailbox_maps=/,
      ],
    }),
  ],
  [
    'a delimiter of one service',
    () => ({
      masterCf: (text) => text.replace(/^(cleanup .* cleanup)/m, '$1 -o recipient_delimiter=-'),
      finds: ['failed', /cleanup, recipient_delimiter$/, /is "-" there/, /take -o/],
    }),
  ],
  [
    'aliases that cleanup does not expand',
    () => ({
      masterCf: (text) => text.replace(/^(cleanup .* cleanup)/m, '$1 -o virtual_alias_maps='),
      finds: ['failed', /cleanup, virtual_alias_maps$/, /expanded by nobody/, /take -o/],
    }),
  ],
  [
    'aliases that nobody expands behind a filter',
    () => ({
      mainCf: { receive_override_options: 'no_address_mappings' },
      finds: ['failed', /receive_override_options$/, /expanded by nobody/, /hands mail back/],
    }),
  ],
  [
    'no transport',
    () => ({
      mainCf: { virtual_transport: '' },
      finds: ['failed', /virtual_transport$/, /is empty/, /lmtp:/],
    }),
  ],
  [
    'local(8) as the transport',
    () => ({
      mainCf: { virtual_transport: 'local' },
      finds: ['failed', /virtual_transport$/, /users of this machine only/, /lmtp:/],
    }),
  ],
  [
    'our domains as alias domains',
    () => ({
      mainCf: { virtual_mailbox_domains: '', virtual_alias_domains: `${UNIX}:virtual-domains` },
      finds: [
        'failed',
        /virtual_alias_domains$/,
        /have aliases only/,
        /virtual_mailbox_domains ask/,
      ],
      says: ['ann@example.org', 550],
    }),
  ],
  [
    'our domains as local ones',
    () => ({
      mainCf: {
        virtual_mailbox_domains: '',
        mydestination: `${UNIX}:virtual-domains`,
        local_recipient_maps: 'proxy:unix:passwd.byname',
      },
      finds: ['failed', /mydestination$/, /users of this machine/, /virtual_mailbox_domains/],
      says: ['ann@example.org', 550],
    }),
  ],
  [
    'addresses as canonical ones',
    () => ({
      mainCf: { canonical_maps: `${UNIX}:virtual-aliases` },
      finds: ['failed', /^main.cf, canonical_maps$/, /senders and headers/, /take .* out/],
    }),
  ],
  [
    'addresses as transports',
    () => ({
      mainCf: { transport_maps: `${UNIX}:user-exists` },
      finds: ['failed', /^main.cf, transport_maps$/, /for a transport/, /kind table/],
    }),
  ],
  [
    'addresses as restrictions',
    () => ({
      mainCf: { smtpd_recipient_restrictions: `check_recipient_access ${UNIX}:user-exists` },
      finds: ['failed', /smtpd_recipient_restrictions$/, /name of a restriction/, /kind table/],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a memory of Postfix as a socketmap table',
    () => ({
      mainCf: { address_verify_map: `${UNIX}:user-exists` },
      finds: ['failed', /address_verify_map$/, /Postfix writes to it/, /postconf -X/],
    }),
  ],
  [
    'the port of HTTP',
    ({ strangePort, port }) => ({
      config: {
        listen: `tcp://127.0.0.1:${port}`,
        http: `tcp://127.0.0.1:${strangePort}`,
        maps: STANDARD,
      },
      mainCf: { virtual_mailbox_maps: `socketmap:inet:127.0.0.1:${strangePort}:user-exists` },
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /speaks HTTP/,
        /^write socketmap:inet:127\.0\.0\.1:\d+:user-exists$/,
      ],
    }),
  ],
  [
    'an open relay',
    () => ({
      mainCf: { smtpd_relay_restrictions: 'permit_mynetworks', smtpd_recipient_restrictions: '' },
      finds: ['failed', /smtpd_relay_restrictions$/, /strangers may relay/, /reject_unauth/],
    }),
  ],
  [
    'a table that a later line takes the place of',
    () => ({
      mainCf: { virtual_alias_maps: `${UNIX}:virtual-aliases\nvirtual_alias_maps = hash:/x` },
      finds: ['failed', /^main.cf, virtual_alias_maps$/, /is written twice/, /keep one/],
    }),
  ],
  [
    'a check of senders behind postscreen',
    () => ({
      masterCf: (text) =>
        `${text}\nsmtpd pass - - y - - smtpd -o smtpd_sasl_auth_enable=no -o smtpd_sender_restrictions=reject_known_sender_login_mismatch\n`,
      finds: [
        'warning',
        /^master.cf, smtpd, smtpd_sender_restrictions$/,
        /without a login/,
        /submission/,
      ],
    }),
  ],
];

/** What looks like one of them and is right. */
export const NO_REFUSALS = [
  [
    'with a filter that hands mail back to a service which expands aliases',
    () => ({
      mainCf: { receive_override_options: 'no_address_mappings' },
      masterCf: (text: string) =>
        `${text}\n127.0.0.1:10025 inet n - y - - smtpd -o receive_override_options= -o virtual_mailbox_maps= -o smtpd_recipient_restrictions=permit_mynetworks,reject\n`,
    }),
  ],
  [
    'with a second cleanup before a filter, and a week in the queue',
    () => ({
      mainCf: { maximal_queue_lifetime: '1w' },
      masterCf: (text: string) =>
        `${text}\npre-cleanup unix n - y - 0 cleanup -o virtual_alias_maps=\n`,
    }),
  ],
  [
    'with tables of other kinds beside ours',
    () => ({
      mainCf: {
        canonical_maps: 'inline:{old@x.test=new@x.test}',
        transport_maps: 'inline:{x.test=smtp:}',
        smtpd_recipient_restrictions: 'check_recipient_access inline:{x.test=OK}',
        unknown_local_recipient_reject_code: '450',
      },
    }),
  ],
] as const;
