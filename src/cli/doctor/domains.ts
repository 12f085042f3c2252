import { domainToASCII } from 'node:url';
import { listsDomains } from '../../directory/types.ts';
import { type Postfix, parameterOf, wordsOf } from '../postfix/postconf.ts';
import type { PlacedRemark } from '../remark.ts';
import { isAskedOf } from './asks.ts';
import type { Facts } from './facts.ts';
import { failed, type Look, warning } from './look.ts';
import { listenerOf } from './reached.ts';

/** What Postfix may take a domain for. */
const CLASSES = [
  'mydestination',
  'virtual_alias_domains',
  'virtual_mailbox_domains',
  'relay_domains',
];
/** The classes whose recipients idpmap is asked for. */
const OURS = ['virtual_mailbox_domains', 'relay_domains'] as const;
/** By which it is asked for them. */
const RECIPIENTS = {
  virtual_mailbox_domains: 'virtual_mailbox_maps',
  relay_domains: 'relay_recipient_maps',
};

/** The domains of Postfix and those of idpmap: none of two classes, none forgotten, none of idpmap's alone. */
export const lookAtDomains: Look = (facts) => {
  const { postfix } = facts;
  if (postfix === undefined) return [];
  const ours = OURS.filter((name) => isAskedOf(name, facts) || isAskedOf(RECIPIENTS[name], facts));
  if (ours.length === 0 && !asksDomains('mydestination', facts)) return [];
  return [
    ...judgeLocalDomains(facts),
    ...ours.flatMap((name) => judgeTwice(name, facts, postfix)),
    ...ours.flatMap((name) => judgeUnknown(name, facts, postfix)),
    ...judgeForgotten(facts, postfix),
    ...judgeAliasDomains(facts, postfix),
  ];
};

/** The domains that a list of main.cf writes out; tables and files of others are not looked into. */
function literalsOf(parameter: string, postfix: Postfix): readonly string[] {
  return wordsOf(parameterOf(postfix, parameter).replaceAll(/\{[^{}]*\}/g, ' '))
    .filter((word) => !/[:/]/.test(word) && !word.startsWith('!'))
    .map((word) => word.toLowerCase());
}

/** As the configuration has them: in A-labels. */
const named = (domain: string): string => domainToASCII(domain) || domain;

/** A domain of ours that is of another class, too: which of them counts is not what was meant. */
function judgeTwice(name: string, facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const configured = Object.keys(facts.loaded.settings.domains);
  const own = new Set([
    ...(isAskedOf(name, facts) ? configured : []),
    ...literalsOf(name, postfix).map(named),
  ]);
  return CLASSES.filter((each) => each !== name).flatMap((other) => {
    if (OURS.some((each) => each === other) && isAskedOf(other, facts))
      return other < name
        ? []
        : [
            failed(
              `main.cf, ${other} and ${name}`,
              'both ask for the same domains: what Postfix does with their mail is not what one of them says',
              `keep ${name} where the mailboxes are here, relay_domains where they are elsewhere`,
            ),
          ];
    const twice = literalsOf(other, postfix).filter((domain) => own.has(named(domain)));
    return twice.map((domain) =>
      failed(
        `main.cf, ${other}`,
        `has ${domain}, which is in ${name} too: ${consequence(other)}`,
        `take ${domain} out of ${other}`,
      ),
    );
  });
}

const consequence = (other: string): string =>
  other === 'mydestination'
    ? 'Postfix looks for its people among the users of this machine and refuses the rest (550)'
    : other === 'virtual_alias_domains'
      ? 'Postfix refuses who is no alias there (550)'
      : 'Postfix warns, and one of them counts';

/** A domain that main.cf writes out and idpmap does not know: all its mail is refused. */
function judgeUnknown(
  name: (typeof OURS)[number],
  facts: Facts,
  postfix: Postfix,
): readonly PlacedRemark[] {
  const { domains, directories } = facts.loaded.settings;
  const recipients = RECIPIENTS[name];
  const isOnlyOurs = wordsOf(parameterOf(postfix, recipients)).length === 1;
  if (!isOnlyOurs || !isAskedOf(recipients, facts)) return [];
  if (Object.values(directories).some(listsDomains)) return [];
  return literalsOf(name, postfix)
    .filter((domain) => !(named(domain) in domains))
    .map((domain) =>
      failed(
        `main.cf, ${name}`,
        `has ${domain}, of which idpmap knows nobody: all its mail is refused (550)`,
        `configure it (domains: { ${domain}: { directory: NAME } }), or take it out of ${name}`,
      ),
    );
}

/** A domain of the configuration that no list of Postfix has. */
function judgeForgotten(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const lists = CLASSES.map((name) => parameterOf(postfix, name));
  // What others' tables hold is not known.
  if (lists.some((value) => /[:/]/.test(value))) return [];
  const known = new Set(CLASSES.flatMap((name) => literalsOf(name, postfix).map(named)));
  const [name = 'virtual_mailbox_domains'] = OURS.filter((each) =>
    isAskedOf(RECIPIENTS[each], facts),
  );
  return Object.keys(facts.loaded.settings.domains)
    .filter((domain) => !known.has(domain) && !hasParent(domain, name, known))
    .map((domain) =>
      failed(
        `main.cf, ${name}`,
        `lacks ${domain}, which idpmap answers for: its mail is refused (554, relay access denied)`,
        `add ${domain}; idpmap postfix prints the line, idpmap postfix --apply writes it`,
      ),
    );
}

/** relay_domains takes sub-domains as well (parent_domain_matches_subdomains). */
const hasParent = (domain: string, parameter: string, known: ReadonlySet<string>): boolean =>
  parameter === 'relay_domains' && [...known].some((each) => domain.endsWith(`.${each}`));

/** Whether a parameter asks a map of kind domains. */
const asksDomains = (parameter: string, facts: Facts): boolean =>
  facts.postfix?.asked.some(
    (asked) =>
      asked.parameter === parameter &&
      listenerOf(asked, facts) !== undefined &&
      facts.loaded.settings.maps[asked.table?.map ?? '']?.kind === 'domains',
  ) ?? false;

/** Our domains as local ones: their people are users of this machine, unless idpmap is asked for those as well. */
function judgeLocalDomains(facts: Facts): readonly PlacedRemark[] {
  if (!asksDomains('mydestination', facts) || isAskedOf('local_recipient_maps', facts)) return [];
  return [
    failed(
      'main.cf, mydestination',
      'asks idpmap which domains are ours, and Postfix looks for their people among the users of this machine and refuses the rest (550)',
      'let virtual_mailbox_domains ask in its place, as idpmap postfix prints it',
    ),
  ];
}

/** Left at its default it is asked for each domain, of a map that has none. */
function judgeAliasDomains(facts: Facts, postfix: Postfix): readonly PlacedRemark[] {
  const value = parameterOf(postfix, 'virtual_alias_domains');
  const isOfOurs =
    isAskedOf('virtual_alias_domains', facts) ||
    (isAskedOf('virtual_alias_maps', facts) &&
      value !== '' &&
      value === parameterOf(postfix, 'virtual_alias_maps'));
  if (!isOfOurs) return [];
  if (asksDomains('virtual_alias_domains', facts))
    return [
      failed(
        'main.cf, virtual_alias_domains',
        'asks idpmap which domains are ours, so that they have aliases only: Postfix refuses who is none (550)',
        'write virtual_alias_domains = with nothing behind it, and let virtual_mailbox_domains ask',
      ),
    ];
  return [
    warning(
      'main.cf, virtual_alias_domains',
      `asks idpmap for bare domains${postfix.written.has('virtual_alias_domains') ? '' : ' (its default is $virtual_alias_maps)'}: 2 to 3 more lookups a recipient, for nothing`,
      'write virtual_alias_domains = with nothing behind it',
    ),
  ];
}
