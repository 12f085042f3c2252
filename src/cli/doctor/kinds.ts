import { formatEndpoint } from '../../net/endpoint.ts';
import { type Postfix, parameterOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import type { Facts } from './facts.ts';
import { failed, type Look } from './look.ts';
import { listenerOf } from './reached.ts';
import { type Asked, placeOf, readTables } from './tables.ts';

/** What answers are good for: maps of people and domains where Postfix expects an action or a transport, and tables where it writes. */
export const lookAtKinds: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined) return [];
  return [
    ...postfix.asked.flatMap((asked) => judgeUse(asked, facts)),
    ...postfix.asked.flatMap((asked) => judgeHttp(asked, facts)),
    ...judgeWritten(postfix),
  ];
};

/** Where the answers of each kind are what Postfix expects. Tables hold whatever their administrator wrote. */
const USES: Readonly<Record<string, RegExp>> = {
  mailboxes: /^(?:virtual_mailbox|local_recipient|relay_recipient|smtpd_sender_login)_maps$/,
  recipients: /^(?:virtual_mailbox|local_recipient|relay_recipient)_maps$/,
  aliases: /^(?:virtual_alias|local_recipient|relay_recipient|virtual_mailbox)_maps$/,
  senders: /^smtpd_sender_login_maps$/,
  domains: /^(?:virtual_mailbox_domains|virtual_alias_domains|relay_domains|mydestination)$/,
};

/** What Postfix makes of an answer that is none of what it expects. */
const CONSEQUENCES: readonly (readonly [RegExp, string])[] = [
  [/_restrictions$/, 'takes an address for the name of a restriction, and defers mail (451 4.3.5)'],
  [/transport_maps$/, 'takes an address for a transport, and delivers no mail'],
  [/canonical_maps$/, 'rewrites senders and headers by it as well, answers to mail go astray'],
  [/_bcc_maps$/, 'sends a copy of each mail there'],
  [/^relocated_maps$/, 'refuses whoever is found there: they have moved'],
];

/** Their own parameters are for `asked.ts` to judge. */
const JUDGED =
  /^(?:virtual_(?:mailbox|alias)|relay_recipient|smtpd_sender_login)_maps$|^(?:virtual_mailbox|relay)_domains$/;

function judgeUse(asked: Asked, facts: Facts): readonly PlacedRemark[] {
  const { parameter, table } = asked;
  if (table === undefined || listenerOf(asked, facts) === undefined) return [];
  const kind = facts.loaded.settings.maps[table.map]?.kind;
  if (kind === undefined || kind === 'table' || JUDGED.test(parameter)) return [];
  const isClass = !/_(?:maps|domains|restrictions|checks|networks)$|^mydestination$/.test(
    parameter,
  );
  const known = CONSEQUENCES.find(([pattern]) =>
    pattern.test(isClass ? 'smtpd_restrictions' : parameter),
  );
  if (USES[kind]?.test(parameter) === true || known === undefined) return [];
  return [
    failed(
      placeOf(asked),
      `asks ${table.map}, a map of ${kind}, and Postfix ${known[1]}`,
      `take ${asked.text} out, or let it ask a map of kind table`,
    ),
  ];
}

/** The port next to socketmap's speaks HTTP. */
function judgeHttp(asked: Asked, { loaded }: Facts): readonly PlacedRemark[] {
  const { table } = asked;
  const { http, listen } = loaded.settings;
  if (table?.kind !== 'tcp' || http.endpoint === 'off' || http.endpoint.kind !== 'tcp') return [];
  if (table.port !== http.endpoint.port || !isHere(table.host)) return [];
  const port = listen.flatMap(({ endpoint }) =>
    endpoint.kind === 'tcp' ? [endpoint.port] : [],
  )[0];
  return [
    failed(
      placeOf(asked),
      `${formatEndpoint(http.endpoint)} speaks HTTP ("http"), and no socketmap: its mail is delayed (451 4.3.0)`,
      port === undefined
        ? 'write where "listen" is, as idpmap postfix prints it'
        : `write socketmap:inet:${table.host}:${port}:${table.map}`,
    ),
  ];
}

const isHere = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** Postfix keeps what it learns in these. */
const WRITTEN = ['address_verify_map', 'postscreen_cache_map'];

const judgeWritten = (postfix: Postfix): readonly PlacedRemark[] =>
  WRITTEN.flatMap((parameter) =>
    readTables(parameterOf(postfix, parameter), { parameter }).map((asked) =>
      failed(
        placeOf(asked),
        'Postfix writes to it, which no socketmap table lets it: verify(8) or postscreen(8) does not start',
        `leave it at its default: postconf -X ${parameter}`,
      ),
    ),
  );
