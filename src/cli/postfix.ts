import { relative } from 'node:path';
import { largestGroup } from '../directory/types.ts';
import { type Endpoint, isLocal } from '../net/endpoint.ts';
import type { Settings } from '../settings.ts';
import { type CommonOptions, load } from './common.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface PostfixOptions extends CommonOptions {
  readonly queueDirectory: string;
  readonly relay?: boolean;
}

/** Prints the lines of main.cf, and in comments those of master.cf, for this configuration. */
export async function postfix(options: PostfixOptions): Promise<number> {
  const { settings } = await load(options);
  const use = options.relay === true ? 'relay' : 'mailboxes';
  const lines = mainCf(settings, use, options.queueDirectory);
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

/** Writes the lines of main.cf by which Postfix asks the configured maps. */
export function mainCf(settings: Settings, use: Use, queueDirectory: string): readonly string[] {
  const source = sourceOf(settings, queueDirectory);
  const lines = PARAMETERS[use].flatMap(([kind, parameter]) => {
    const map = Object.entries(settings.maps).find(([, each]) => each.kind === kind)?.[0];
    if (map === undefined) return [];
    return [`${parameter} = socketmap:${source}:${map}`, ...(COMPANIONS[parameter] ?? [])];
  });
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

/** How Postfix names the endpoint: an address, for its jail has no /etc/hosts; a path as its jail sees it. */
function sourceOf(settings: Settings, queueDirectory: string): string {
  const endpoints = settings.listen
    .filter(({ tls }) => tls === undefined)
    .map(({ endpoint }) => endpoint);
  const endpoint = endpoints.find(isLocal) ?? endpoints[0];
  if (endpoint === undefined)
    throw new CliError(
      EXIT.config,
      "all listeners speak TLS, which Postfix's client does not: add one without, or a tunnel",
    );
  return nameFor(endpoint, queueDirectory);
}

function nameFor(endpoint: Endpoint, queueDirectory: string): string {
  if (endpoint.kind === 'unix') {
    const inside = relative(queueDirectory, endpoint.path);
    return inside.startsWith('..') ? `unix:${endpoint.path}` : `unix:${inside}`;
  }
  const host = endpoint.host === 'localhost' ? '127.0.0.1' : endpoint.host;
  return `inet:${host.includes(':') ? `[${host}]` : host}:${endpoint.port}`;
}
