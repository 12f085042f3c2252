import { asking, type Planted, STANDARD, UNIX } from './stage.ts';

/** Tables of main.cf: maps that are not there, ways that the jail bars, what Postfix refuses. */
export const TABLES: readonly Planted[] = [
  [
    'a map that is not configured',
    () => ({
      mainCf: { virtual_mailbox_maps: `${UNIX}:user-exist` },
      finds: [
        'failed',
        /^main.cf, virtual_mailbox_maps$/,
        /the map user-exist, which is not configured.*451 4\.3\.5/,
        /socketmap:unix:idpmap\/socketmap:user-exists$/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a map of another kind',
    () => ({
      mainCf: { virtual_alias_maps: `${UNIX}:user-exists` },
      finds: [
        'failed',
        /virtual_alias_maps$/,
        /a map of mailboxes, where one of aliases/,
        /virtual-aliases$/,
      ],
    }),
  ],
  [
    'a table that cannot be read',
    () => ({
      mainCf: { virtual_mailbox_maps: `socketmap:inet:127.0.0.1:user-exists` },
      finds: ['failed', /virtual_mailbox_maps$/, /can't be read/, /socketmap:unix/],
    }),
  ],
  [
    'a misspelt parameter',
    () => ({
      mainCf: { virtual_mailbox_map: `${UNIX}:user-exists` },
      finds: [
        'failed',
        /^main.cf, virtual_mailbox_map$/,
        /no parameter of Postfix/,
        /idpmap postfix/,
      ],
    }),
  ],
  [
    'localhost in the jail',
    ({ port }) => ({
      config: { listen: `tcp://127.0.0.1:${port}` },
      mainCf: asking(`socketmap:inet:localhost:${port}`),
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /localhost is unknown in the jail/,
        /inet:127\.0\.0\.1/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a socket outside the jail, without proxy:',
    ({ outside }) => ({
      config: { listen: `unix:${outside}?mode=0660&group=postfix` },
      mainCf: asking(`socketmap:unix:${outside}`),
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /runs in the jail .*No such file/,
        /or write proxy:/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a path of the jail, outside of it',
    ({ unjailed }) => ({
      masterCf: unjailed,
      mainCf: asking('socketmap:unix:/idpmap/socketmap'),
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /outside of the jail/,
        /unix:idpmap\/socketmap:user-exists$/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a table that proxymap may not read',
    () => ({
      config: { maps: { ...STANDARD, blocked: { kind: 'mailboxes' } } },
      mainCf: {
        smtpd_restriction_classes: 'klass',
        klass: `check_recipient_access proxy:${UNIX}:blocked`,
      },
      finds: ['failed', /^main.cf, klass$/, /not approved: smtpd ends/, /proxy_read_maps/],
    }),
  ],
  [
    'an endpoint where nobody listens',
    () => ({
      mainCf: { virtual_mailbox_maps: 'socketmap:inet:127.0.0.1:9:user-exists' },
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /nobody listens at tcp:\/\/127\.0\.0\.1:9,/,
        /idpmap postfix/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'IPv6, which Postfix does not speak',
    ({ port }) => ({
      config: { listen: `tcp://[::1]:${port}` },
      mainCf: asking(`socketmap:inet:[::1]:${port}`),
      finds: [
        'failed',
        /virtual_mailbox_maps$/,
        /::1 is ipv6, and Postfix speaks ipv4 only/,
        /127\.0\.0\.1/,
      ],
      says: ['ann@example.org', 451],
    }),
  ],
  [
    'a table where Postfix wants a secure one',
    () => ({
      mainCf: { alias_maps: `${UNIX}:virtual-aliases` },
      finds: ['failed', /alias_maps$/, /not secure enough/, /take .* out/],
    }),
  ],
  [
    'passwords by socketmap',
    () => ({
      mainCf: { smtp_sasl_password_maps: `${UNIX}:user-exists` },
      finds: ['failed', /smtp_sasl_password_maps$/, /neither encrypts nor authenticates/, /hash:/],
    }),
  ],
];
