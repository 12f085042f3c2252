import { domainToUnicode } from 'node:url';
import { largestGroup, listsDomains } from '../../directory/types.ts';
import type { Settings } from '../../settings.ts';
import { CliError, EXIT } from '../exit.ts';
import { chooseSource, type Families, type Source } from './reach.ts';

/** What a host does with the mail: delivers it, or hands it on to the host that has the mailboxes. */
export type Use = 'mailboxes' | 'relay';

/** Which parameter of main.cf asks a kind of map. Tables serve many, so their use is the administrator's to say. */
export const PARAMETERS: Readonly<
  Record<Use, readonly (readonly [kind: string, parameter: string])[]>
> = {
  mailboxes: [
    ['domains', 'virtual_mailbox_domains'],
    ['mailboxes', 'virtual_mailbox_maps'],
    ['aliases', 'virtual_alias_maps'],
    ['senders', 'smtpd_sender_login_maps'],
  ],
  relay: [
    ['domains', 'relay_domains'],
    // No senders: nobody logs in at a relay, and what it passes on was sent elsewhere.
    ['recipients', 'relay_recipient_maps'],
  ],
};

/** By what people are held to their own addresses, where they log in. */
const SENDER_CHECK = '-o smtpd_sender_restrictions=reject_sender_login_mismatch';

/** Lines that go with a parameter. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  virtual_mailbox_maps: [
    '# virtual(8) refuses socketmap tables: deliver by LMTP, here to Dovecot',
    'virtual_transport = lmtp:unix:private/dovecot-lmtp',
  ],
  virtual_alias_maps: [
    '# else Postfix asks the alias map for domains too',
    'virtual_alias_domains =',
  ],
  smtpd_sender_login_maps: [
    '# in master.cf, below the services where people log in (submission, submissions or smtps), and nowhere else: on',
    '# port 25 it would refuse (553) forwarders, printers and lists, which send with addresses of your people',
    `#   ${SENDER_CHECK}`,
  ],
};

/** What is to be known of the domains' line, before it, where they are written out. */
const DOMAINS_WRITTEN =
  '# all domains are in the configuration, so they are written out: no lookup of theirs can fail. Another one is added here, too';

/** The same where they are asked for. */
const DOMAINS_ASKED: Readonly<Record<string, readonly string[]>> = {
  relay_domains: [
    '# a list (relay_domains = example.org) takes sub-domains as well, a table does not: name each under domains',
  ],
};

/**
 * Writes the lines of main.cf by which Postfix asks the configured maps. `families`: what Postfix speaks; absent: that is not
 * known.
 * @throws {CliError} where it reaches no endpoint
 */
export function mainCf(
  settings: Settings,
  use: Use,
  queueDirectory: string,
  families?: Families,
): readonly string[] {
  const { source, remarks } = sourceOf(settings, queueDirectory, families);
  const domains = writtenDomains(settings);
  const lines = PARAMETERS[use].flatMap(([kind, parameter]) => {
    const map = Object.entries(settings.maps).find(([, each]) => each.kind === kind)?.[0];
    if (map === undefined) return [];
    if (kind === 'domains' && domains.length > 0)
      return [DOMAINS_WRITTEN, `${parameter} = ${domains.join(', ')}`];
    return [
      ...(DOMAINS_ASKED[parameter] ?? []),
      `${parameter} = socketmap:${source}:${map}`,
      ...(COMPANIONS[parameter] ?? []),
    ];
  });
  lines.unshift(...remarks);
  lines.push(`recipient_delimiter = ${settings.recipientDelimiter}`);
  const limit = expansionLimit(settings);
  if (limit > POSTFIX_EXPANSION)
    lines.push(
      '# groups may be larger than what Postfix expands by default',
      `virtual_alias_expansion_limit = ${limit}`,
    );
  return lines;
}

/** So many domains are written out; more are better asked for than edited. */
const MOST_WRITTEN = 50;

/** All domains, in both spellings, where no directory lists further ones; none where there are too many. */
function writtenDomains({ domains, directories }: Settings): readonly string[] {
  const names = Object.keys(domains);
  if (names.length > MOST_WRITTEN || Object.values(directories).some(listsDomains)) return [];
  // Postfix compares a domain as the sender spelled it.
  return names.flatMap((name) => [...new Set([name, domainToUnicode(name) || name])]);
}

/** Writes the lines of master.cf that belong below each service where people log in. */
export const masterCf = ({ maps }: Settings, use: Use): readonly string[] =>
  use === 'mailboxes' && Object.values(maps).some(({ kind }) => kind === 'senders')
    ? [SENDER_CHECK]
    : [];

/** Postfix's default of `virtual_alias_expansion_limit`. */
const POSTFIX_EXPANSION = 1000;

/** All members of the largest group that a directory may have, and the group itself. */
export const expansionLimit = ({ directories }: Settings): number =>
  Math.max(0, ...Object.values(directories).map(largestGroup)) + 1;

function sourceOf(
  settings: Settings,
  queueDirectory: string,
  families: Families | undefined,
): Source {
  const listeners = settings.listen.filter(({ client = 'postfix' }) => client === 'postfix');
  if (listeners.length === 0)
    throw new CliError(
      EXIT.config,
      'no listener is for Postfix: add one that names no other client',
    );
  const endpoints = listeners
    .filter(({ tls }) => tls === undefined)
    .map(({ endpoint }) => endpoint);
  if (endpoints.length === 0)
    throw new CliError(
      EXIT.config,
      "all listeners speak TLS, which Postfix's client does not: add one without, or a tunnel",
    );
  return chooseSource(endpoints, families, queueDirectory);
}
