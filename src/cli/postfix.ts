import { largestGroup } from '../directory/types.ts';
import type { Settings } from '../settings.ts';
import { type CommonOptions, load } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';
import { askFamilies, chooseSource, type Families, resolveEndpoint, type Source } from './reach.ts';

export interface PostfixOptions extends CommonOptions {
  readonly queueDirectory: string;
  readonly relay?: boolean;
}

/** Prints the lines of main.cf, and in comments those of master.cf, for this configuration. */
export async function postfix(options: PostfixOptions): Promise<number> {
  const { settings } = await load(options);
  const use = options.relay === true ? 'relay' : 'mailboxes';
  const listen = await Promise.all(
    settings.listen.map(async (each) => ({
      ...each,
      endpoint: await resolveEndpoint(each.endpoint),
    })),
  );
  const families = await askFamilies();
  const lines = mainCf({ ...settings, listen }, use, options.queueDirectory, families);
  print(options, { mainCf: lines, masterCf: masterCf(settings, use) }, lines.join('\n'));
  return EXIT.ok;
}

/** What a host does with the mail: delivers it, or hands it on to the host that has the mailboxes. */
export type Use = 'mailboxes' | 'relay';

/** Which parameter of main.cf asks a kind of map. Tables serve many, so their use is the administrator's to say. */
const PARAMETERS: Readonly<Record<Use, readonly (readonly [kind: string, parameter: string])[]>> = {
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
  relay_domains: [
    '# a list (relay_domains = example.org) takes sub-domains as well, a table does not: name each under domains',
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
  const lines = PARAMETERS[use].flatMap(([kind, parameter]) => {
    const map = Object.entries(settings.maps).find(([, each]) => each.kind === kind)?.[0];
    if (map === undefined) return [];
    return [`${parameter} = socketmap:${source}:${map}`, ...(COMPANIONS[parameter] ?? [])];
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

/** Writes the lines of master.cf that belong below each service where people log in. */
export const masterCf = ({ maps }: Settings, use: Use): readonly string[] =>
  use === 'mailboxes' && Object.values(maps).some(({ kind }) => kind === 'senders')
    ? [SENDER_CHECK]
    : [];

/** Postfix's default of `virtual_alias_expansion_limit`. */
const POSTFIX_EXPANSION = 1000;

/** All members, and the group itself. */
const expansionLimit = ({ directories }: Settings): number =>
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
