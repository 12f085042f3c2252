import { join } from 'node:path';
import type { ListenSettings } from '../../config/schema.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { type Postfix, parameterOf, type Service } from '../postfix/postconf.ts';
import type { Facts } from './facts.ts';
import type { Asked } from './tables.ts';

/** Which program of Postfix's asks a parameter; smtpd where none is named. */
const ASKERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:virtual_alias_maps|(?:sender_|recipient_)?canonical_maps)$/, ['smtpd', 'cleanup']],
  [/^(?:sender|recipient)_bcc_maps$/, ['cleanup']],
  [
    /^(?:virtual_mailbox_domains|virtual_alias_domains|relay_domains|mydestination|relocated_maps)$|transport_maps$|_relayhost_maps$/,
    ['trivial-rewrite'],
  ],
  [/^smtp_/, ['smtp']],
  [/^lmtp_/, ['lmtp']],
];

/** The lines of master.cf that ask a table. */
export function servicesOf(
  { parameter, service }: Asked,
  { services }: Postfix,
): readonly Service[] {
  if (service !== undefined) return [service];
  const [, commands = ['smtpd']] = ASKERS.find(([pattern]) => pattern.test(parameter)) ?? [];
  return services.filter(
    ({ command, overrides }) => commands.includes(command) && !overrides.has(parameter),
  );
}

/** Whether the jail decides what a table names: of one of its services, or of proxymap(8), which asks in their place. */
export const isJailed = (asked: Asked, postfix: Postfix): boolean =>
  askers(asked, postfix).some((service) => service.isJailed);

const askers = (asked: Asked, postfix: Postfix): readonly Service[] =>
  asked.isProxied
    ? postfix.services.filter(({ name }) => name === 'proxymap')
    : servicesOf(asked, postfix);

/** The files that a table's path means: to those in the jail, and to those outside. */
export function pathsMeant(asked: Asked, path: string, postfix: Postfix): readonly string[] {
  const queue = parameterOf(postfix, 'queue_directory');
  const inside = join(queue, path);
  if (!path.startsWith('/')) return [inside];
  return [...new Set(askers(asked, postfix).map((each) => (each.isJailed ? inside : path)))];
}

/** The listener of this configuration that a table means, wherever the jail lets it end; absent: none of ours. */
export function listenerOf(
  { table }: Pick<Asked, 'table'>,
  facts: Facts,
): ListenSettings | undefined {
  const { postfix } = facts;
  if (postfix === undefined || table === undefined) return undefined;
  const isMeant = (endpoint: Endpoint): boolean => {
    if (endpoint.kind === 'tcp') return table.kind === 'tcp' && isSame(endpoint, table);
    if (table.kind === 'tcp') return false;
    const inside = join(parameterOf(postfix, 'queue_directory'), table.path);
    return endpoint.path === inside || endpoint.path === table.path;
  };
  return facts.loaded.settings.listen.find(({ endpoint }) => isMeant(endpoint));
}

const ANY = ['0.0.0.0', '::'];

function isSame(
  one: { readonly host: string; readonly port: number },
  other: { readonly host: string; readonly port: number },
): boolean {
  if (one.port !== other.port) return false;
  return one.host === other.host || ANY.includes(one.host) || [one, other].every(isLoopback);
}

const isLoopback = ({ host }: { readonly host: string }): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
