import { type Planted, UNIX } from './stage.ts';

/** Domains, recipients and senders: what Postfix does beside asking. */
export const RULES: readonly Planted[] = [
  [
    'virtual_alias_domains at its default',
    () => ({
      mainCf: { virtual_alias_domains: '$virtual_alias_maps' },
      finds: ['warning', /virtual_alias_domains$/, /bare domains/, /virtual_alias_domains =/],
    }),
  ],
  [
    'a delimiter that differs',
    () => ({
      mainCf: { recipient_delimiter: '-' },
      finds: [
        'failed',
        /recipient_delimiter$/,
        /is "-", and idpmap cuts addresses at "\+"/,
        /= \+/,
      ],
    }),
  ],
  [
    'a domain that is local, too',
    () => ({
      mainCf: { mydestination: 'localhost, example.org' },
      finds: [
        'failed',
        /^main.cf, mydestination$/,
        /example\.org, which is in virtual_mailbox_domains/,
        /take/,
      ],
      says: ['ann@example.org', 550],
    }),
  ],
  [
    'a domain that main.cf lacks',
    () => ({
      config: {
        domains: {
          'example.org': { directory: 'people' },
          'example.net': { aliasOf: 'example.org' },
        },
      },
      finds: ['failed', /virtual_mailbox_domains$/, /lacks example\.net/, /add example\.net/],
      says: ['ann@example.net', 554],
    }),
  ],
  [
    'a domain that idpmap does not have',
    () => ({
      mainCf: { virtual_mailbox_domains: 'example.org, old.example' },
      finds: [
        'failed',
        /virtual_mailbox_domains$/,
        /old\.example, of which idpmap knows nobody/,
        /domains:/,
      ],
      says: ['ann@old.example', 550],
    }),
  ],
  [
    'a relay that takes everybody',
    () => ({
      mainCf: {
        relay_domains: `${UNIX}:virtual-domains`,
        virtual_mailbox_domains: '',
        virtual_mailbox_maps: '',
      },
      finds: ['failed', /relay_recipient_maps$/, /everybody in relay_domains/, /--relay/],
      says: ['nobody@example.org', 250],
    }),
  ],
  [
    'recipients that are verified by another memory',
    () => ({
      mainCf: {
        smtpd_recipient_restrictions: 'reject_unverified_recipient',
        unverified_recipient_reject_code: '550',
      },
      finds: ['failed', /smtpd_recipient_restrictions$/, /who is new is refused \(550\)/, /take/],
    }),
  ],
  [
    'local recipients that only idpmap is asked for',
    () => ({
      mainCf: { mydestination: 'mx.test', local_recipient_maps: `${UNIX}:user-exists` },
      finds: ['failed', /local_recipient_maps$/, /answers for none of mx\.test/, /passwd\.byname/],
      says: ['root@mx.test', 550],
    }),
  ],
  [
    'local recipients that nobody is asked for',
    () => ({
      mainCf: { mydestination: 'mx.test', local_transport: 'discard:' },
      finds: ['failed', /local_recipient_maps$/, /everybody at mx\.test/, /postconf -X/],
      says: ['nobody@mx.test', 250],
    }),
  ],
  [
    'a check of senders at port 25',
    () => ({
      mainCf: {
        smtpd_sasl_auth_enable: 'yes',
        smtpd_sender_restrictions: 'reject_sender_login_mismatch',
      },
      finds: ['failed', /^main.cf, smtpd_sender_restrictions$/, /refused \(553\)$/, /master\.cf/],
      says: ['bob@example.org', 553],
    }),
  ],
  [
    'a submission service that checks no sender',
    () => ({
      masterCf: (text) => text.replace(/ -o smtpd_sender_restrictions=\S+/, ''),
      finds: ['warning', /^master.cf, 127/, /may send as anybody/, /-o smtpd_sender_restrictions/],
    }),
  ],
  [
    'virtual(8) as the transport',
    () => ({
      mainCf: { virtual_transport: 'virtual' },
      finds: ['failed', /virtual_transport$/, /refuses socketmap tables/, /lmtp:/],
      says: ['ann@example.org', 250],
    }),
  ],
  [
    'groups larger than Postfix expands',
    () => ({
      mainCf: { virtual_alias_expansion_limit: '100' },
      finds: [
        'warning',
        /virtual_alias_expansion_limit$/,
        /is 100, and a group may have 1000/,
        /= 1001/,
      ],
    }),
  ],
  [
    'mail that is taken for nobody',
    () => ({
      mainCf: { smtpd_reject_unlisted_recipient: 'no' },
      finds: ['failed', /smtpd_reject_unlisted_recipient$/, /do not exist is taken/, /= yes/],
      says: ['nobody@example.org', 250],
    }),
  ],
  [
    'an incident whose remedy stayed',
    () => ({
      mainCf: { soft_bounce: 'yes' },
      finds: ['warning', /soft_bounce$/, /nothing is refused/, /postconf -X/],
      says: ['nobody@example.org', 450],
    }),
  ],
];
