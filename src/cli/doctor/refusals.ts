import { domainToASCII } from 'node:url';
import { type Postfix, parameterOf, type Service, wordsOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import { asksAny, isAskedOf } from './asks.ts';
import type { Facts } from './facts.ts';
import { failed, type Look, warning } from './look.ts';
import { isOpen } from './restrictions.ts';

/** What becomes of people who are not there, or of whom nothing is known: taken, refused at once, or never refused. */
export const lookAtRefusals: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined || !asksAny(facts)) return [];
  return [
    ...judgeCodes(facts, postfix),
    ...judgeLifetime(postfix),
    ...judgeEverybody(facts, postfix),
    ...judgeServices(facts, postfix),
    ...judgeMappings(facts, postfix),
    ...judgeRelaying(postfix),
    ...judgeOverwritten(postfix),
  ];
};

/** By which code Postfix refuses whom a class does not know, and what it asks. */
const CODES: readonly (readonly [code: string, maps: string])[] = [
  ['unknown_virtual_mailbox_reject_code', 'virtual_mailbox_maps'],
  ['unknown_virtual_alias_reject_code', 'virtual_alias_maps'],
  ['unknown_relay_recipient_reject_code', 'relay_recipient_maps'],
  ['unknown_local_recipient_reject_code', 'local_recipient_maps'],
];

const judgeCodes = (facts: Facts, postfix: Postfix): readonly PlacedRemark[] =>
  CODES.filter(
    ([code, maps]) => isAskedOf(maps, facts) && parameterOf(postfix, code).startsWith('4'),
  ).map(([code]) =>
    warning(
      `main.cf, ${code}`,
      `is ${parameterOf(postfix, code)}: mail for nobody is not refused, but tried again and again for days`,
      `write ${code} = 550, or leave it at its default: postconf -X ${code}`,
    ),
  );

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A shorter outage of a directory than this should cost no mail. Seconds. */
const SHORT_LIFETIME = SECONDS['d'] ?? 0;

/** TEMP delays mail for as long as Postfix keeps it. */
function judgeLifetime(postfix: Postfix): readonly PlacedRemark[] {
  const name = 'maximal_queue_lifetime';
  const written = parameterOf(postfix, name);
  // Its unit is days where none is written.
  const { count, unit = 'd' } = /^(?<count>\d+)(?<unit>[smhdw])?$/.exec(written)?.groups ?? {};
  if (count === undefined || Number(count) * (SECONDS[unit] ?? 0) >= SHORT_LIFETIME) return [];
  const about = `main.cf, ${name}`;
  const mend = `leave it at its default (5d): postconf -X ${name}`;
  if (Number(count) === 0)
    return [
      failed(
        about,
        "is 0, so mail that can't be delivered at once is sent back: a deferral is a refusal",
        mend,
      ),
    ];
  const text = `is ${written}: mail that waits longer, as while a directory is away, is sent back`;
  return [warning(about, text, mend)];
}

/** Domains of ours in a class of which nobody is asked who is there. */
function judgeEverybody(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const { domains } = facts.loaded.settings;
  return [
    ['virtual_mailbox_domains', 'virtual_mailbox_maps'],
    ['relay_domains', 'relay_recipient_maps'],
  ].flatMap(([list = '', maps = '']) => {
    const taken = wordsOf(parameterOf(postfix, list)).find(
      (word) => (domainToASCII(word) || word) in domains,
    );
    if (taken === undefined || wordsOf(parameterOf(postfix, maps)).length > 0) return [];
    const text = `is empty, so mail for everybody at ${taken} (${list}) is taken, and sent back where nobody of that name is found`;
    return [failed(`main.cf, ${maps}`, text, 'write the line that idpmap postfix prints')];
  });
}

/** What a service asks in place of what main.cf says. */
const ASKED_BY_SMTPD = ['virtual_mailbox_maps', 'relay_recipient_maps', 'virtual_alias_maps'];

function judgeServices(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const ours = facts.loaded.settings.recipientDelimiter;
  return postfix.services.flatMap(({ ...service }: Service) => [
    ...(service.command === 'smtpd' && isOpen(service) && !isInner(service)
      ? ASKED_BY_SMTPD.filter(
          (name) => service.overrides.get(name) === '' && isAskedOf(name, facts),
        ).map((name) =>
          failed(
            `master.cf, ${service.name}, ${name}`,
            name === 'virtual_alias_maps'
              ? 'is empty there, so that aliases are refused (550)'
              : 'is empty there, so that mail for everybody is taken, and sent back afterwards',
            `take -o ${name}= out of ${service.name}`,
          ),
        )
      : []),
    ...[service.overrides.get('recipient_delimiter')]
      .filter((theirs) => theirs !== undefined && theirs !== ours)
      .map((theirs) =>
        failed(
          `master.cf, ${service.name}, recipient_delimiter`,
          `is "${theirs}" there, and idpmap cuts addresses at "${ours}" (recipientDelimiter): what one takes the other refuses`,
          `take -o recipient_delimiter=${theirs} out of ${service.name}`,
        ),
      ),
  ]);
}

/** Where a filter hands back what smtpd took already. */
const isInner = ({ name }: Service): boolean => /^(?:127\.|localhost:|\[::1\]:|::1:)/.test(name);

/** Aliases are expanded by cleanup(8), unless it is told not to. */
function judgeMappings(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  if (!isAskedOf('virtual_alias_maps', facts)) return [];
  const text =
    'so that aliases and groups are taken by smtpd and expanded by nobody: their mail is sent back';
  const cleanup = postfix.services.find(({ name }) => name === 'cleanup');
  const own =
    cleanup?.overrides.get('virtual_alias_maps') === ''
      ? [
          failed(
            'master.cf, cleanup, virtual_alias_maps',
            `is empty there, ${text}`,
            'take -o virtual_alias_maps= out of cleanup',
          ),
        ]
      : [];
  const name = 'receive_override_options';
  const isOff = (value: string): boolean => wordsOf(value).includes('no_address_mappings');
  const isMapped = postfix.services.some(
    (service) => service.command === 'smtpd' && !isOff(parameterOf(postfix, name, service)),
  );
  if (!isOff(parameterOf(postfix, name)) || isMapped) return own;
  const mend = `take no_address_mappings out, or write -o ${name}= below the service that the filter hands mail back to`;
  return [...own, failed(`main.cf, ${name}`, `has no_address_mappings, ${text}`, mend)];
}

/** What keeps strangers from relaying, or calls all of them. */
const FINAL =
  /^(?:(?:reject|defer|defer_if_permit)(?:_unauth_destination)?|permit_auth_destination)$/;

function judgeRelaying(postfix: Postfix): readonly PlacedRemark[] {
  const lists = ['smtpd_relay_restrictions', 'smtpd_recipient_restrictions'];
  const values = lists.map((name) => parameterOf(postfix, name));
  // A table decides, or another Postfix's parameters are not known.
  if (values.every((value) => value === '')) return [];
  if (values.some((value) => wordsOf(value).some((word) => FINAL.test(word) || /:/.test(word))))
    return [];
  return [
    failed(
      'main.cf, smtpd_relay_restrictions',
      'lacks reject_unauth_destination: strangers may relay by this host, or smtpd does not start',
      'write smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination',
    ),
  ];
}

/** The later of two lines counts, and postconf says so. */
const judgeOverwritten = ({ complaints }: Postfix): readonly PlacedRemark[] =>
  complaints.flatMap((text) => {
    const { line, name } =
      /line (?<line>\d+): overriding earlier entry: (?<name>\w+)=/.exec(text)?.groups ?? {};
    if (name === undefined || !MATTERS.test(name)) return [];
    return [
      failed(
        `main.cf, ${name}`,
        `is written twice, and line ${line} takes the place of what stands before it`,
        'keep one of them, with the tables of both',
      ),
    ];
  });

const MATTERS = /_maps$|_domains$|^mydestination$|^recipient_delimiter$|^virtual_transport$/;
