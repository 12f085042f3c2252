import { expansionLimit } from '../postfix/maincf.ts';
import { type Postfix, parameterOf, wordsOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import { asksAny, isAskedOf } from './asks.ts';
import type { Facts } from './facts.ts';
import { failed, type Look, warning } from './look.ts';

/** What becomes of a recipient beside the tables: delimiters, transports, limits, and who is taken without a question. */
export const lookAtDelivery: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined) return [];
  const complaints = judgeComplaints(postfix);
  if (!asksAny(facts)) return complaints;
  return [
    ...complaints,
    ...judgeDelimiter(facts, postfix),
    ...judgeTransport(facts, postfix),
    ...judgeExpansion(facts, postfix),
    ...judgeRelay(facts, postfix),
    ...judgeLocal(facts, postfix),
    ...judgeSoftBounce(postfix),
  ];
};

/** A misspelt parameter asks nobody. */
const judgeComplaints = ({ complaints }: Postfix): readonly PlacedRemark[] =>
  complaints.flatMap((text) => {
    const { name } = /unused parameter: (?<name>\w+)=\S*socketmap:/.exec(text)?.groups ?? {};
    if (name === undefined) return [];
    return [
      failed(
        `main.cf, ${name}`,
        'is no parameter of Postfix, so the table that it names is not asked',
        'write the name as idpmap postfix prints it',
      ),
    ];
  });

function judgeDelimiter({ loaded }: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const ours = loaded.settings.recipientDelimiter;
  const theirs = parameterOf(postfix, 'recipient_delimiter');
  if (sortedLetters(ours) === sortedLetters(theirs)) return [];
  return [
    failed(
      'main.cf, recipient_delimiter',
      `is "${theirs}", and idpmap cuts addresses at "${ours}" (recipientDelimiter): mail for ann${(theirs || ours)[0]}x@ is refused, or goes to somebody else than Postfix thinks`,
      `write recipient_delimiter = ${ours}, or recipientDelimiter: "${theirs}"`,
    ),
  ];
}

/** In whatever order they stand, the first of them that occurs counts. */
const sortedLetters = (text: string): string => text.split('').toSorted().join('');

function judgeTransport(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  if (!isAskedOf('virtual_mailbox_maps', facts)) return [];
  const transport = parameterOf(postfix, 'virtual_transport');
  const about = 'main.cf, virtual_transport';
  const lmtp = 'deliver by LMTP: virtual_transport = lmtp:unix:private/dovecot-lmtp';
  if (transport === '')
    return [failed(about, 'is empty: mail is taken (250) and delivered by nobody', lmtp)];
  if (/^local(?::|$)/.test(transport))
    return [
      failed(
        about,
        'is local, which delivers to users of this machine only: mail of all others is taken (250) and sent back',
        lmtp,
      ),
    ];
  if (!/^virtual(?::|$)/.test(transport)) return [];
  const isDefault = !postfix.written.has('virtual_transport');
  return [
    failed(
      about,
      `is virtual${isDefault ? ', its default' : ''}, and virtual(8) refuses socketmap tables: mail is taken (250), deferred (4.3.5) and sent back after days`,
      lmtp,
    ),
  ];
}

function judgeExpansion(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  if (!isAskedOf('virtual_alias_maps', facts)) return [];
  const limit = Number(parameterOf(postfix, 'virtual_alias_expansion_limit'));
  const wanted = expansionLimit(facts.loaded.settings);
  if (!(limit < wanted)) return [];
  return [
    warning(
      'main.cf, virtual_alias_expansion_limit',
      `is ${limit}, and a group may have ${wanted - 1} members: mail for a larger one is deferred (4.6.0)`,
      `write virtual_alias_expansion_limit = ${wanted}, or lower the directory's groups.members`,
    ),
  ];
}

function judgeRelay(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const isRelay = isAskedOf('relay_domains', facts);
  if (!isRelay || wordsOf(parameterOf(postfix, 'relay_recipient_maps')).length > 0) return [];
  return [
    failed(
      'main.cf, relay_recipient_maps',
      'is empty, so mail for everybody in relay_domains is taken, and sent back where the next host knows nobody of that name',
      'write the line that idpmap postfix --relay prints',
    ),
  ];
}

/** For `mydestination`: who is local, though idpmap knows only its own domains. */
function judgeLocal(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const name = 'local_recipient_maps';
  const about = `main.cf, ${name}`;
  const local = wordsOf(parameterOf(postfix, 'mydestination'));
  const maps = wordsOf(parameterOf(postfix, name));
  if (local.length === 0) return [];
  if (maps.length === 0 && !parameterOf(postfix, 'local_transport').startsWith('error:'))
    return [
      failed(
        about,
        `is empty, so mail for everybody at ${local.join(', ')} (mydestination) is taken, and sent back afterwards`,
        `leave ${name} at its default: postconf -X ${name}`,
      ),
    ];
  const { domains } = facts.loaded.settings;
  const strangers = local.filter((domain) => !/[:/]/.test(domain) && !(domain in domains));
  if (maps.length !== 1 || !isAskedOf(name, facts) || strangers.length === 0) return [];
  return [
    failed(
      about,
      `asks idpmap alone, which answers for none of ${strangers.join(', ')} (mydestination): root's and cron's mail is refused (550)`,
      `write proxy:unix:passwd.byname $alias_maps before it, or leave ${name} at its default`,
    ),
  ];
}

function judgeSoftBounce(postfix: Postfix): readonly PlacedRemark[] {
  if (parameterOf(postfix, 'soft_bounce') !== 'yes') return [];
  return [
    warning(
      'main.cf, soft_bounce',
      'is on: nothing is refused, mail for nobody is tried again and again for days',
      'once the incident is over: postconf -X soft_bounce && postfix reload',
    ),
  ];
}
