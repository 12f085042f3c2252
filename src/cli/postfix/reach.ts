import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { relative } from 'node:path';
import { bracketed, type Endpoint, formatEndpoint, isLocal } from '../../net/endpoint.ts';
import { CliError, EXIT } from '../exit.ts';
import { createPostconf } from './postconf.ts';

/** The versions of IP that Postfix speaks: `inet_protocols`. */
export type Families = readonly (4 | 6)[];

/** How main.cf names where idpmap listens, and what is to be said of it. */
export interface Source {
  readonly source: string;
  readonly remarks: readonly string[];
}

/** Asks Postfix which it speaks; absent: it is not on this machine. `MAIL_CONFIG` says where its configuration lies. */
export const askFamilies = (
  directory?: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Families | undefined> =>
  createPostconf(
    directory,
    environment,
  )(['-h', 'inet_protocols']).then(
    ({ stdout }) => readFamilies(stdout),
    () => undefined,
  );

/** Reads `all`, `ipv4`, `ipv6`, or several; absent where it names none. */
export function readFamilies(text: string): Families | undefined {
  const words = text.toLowerCase().split(/[\s,]+/);
  const isNamed = (word: string): boolean => words.includes(word) || words.includes('all');
  const families = ([4, 6] as const).filter((family) => isNamed(`ipv${family}`));
  return families.length === 0 ? undefined : families;
}

/** Gives a host name's address, the one at which the daemon listens; Postfix's jail has no /etc/hosts. */
export async function resolveEndpoint(endpoint: Endpoint): Promise<Endpoint> {
  if (endpoint.kind === 'unix' || isIP(endpoint.host) !== 0) return endpoint;
  const found = await lookup(endpoint.host).catch(() => undefined);
  return found === undefined ? endpoint : { ...endpoint, host: found.address };
}

/**
 * Chooses the endpoint that Postfix is to ask: one that only this machine reaches, if it can be. `families` absent: they are
 * not known, and IPv4 goes before IPv6.
 * @throws {CliError} where it reaches none
 */
export function chooseSource(
  endpoints: readonly Endpoint[],
  families: Families | undefined,
  queueDirectory: string,
): Source {
  const choose = (spoken: Families): string | undefined => {
    const reached = endpoints.flatMap((endpoint) => {
      const source = nameFor(endpoint, spoken, queueDirectory);
      return source === undefined ? [] : [{ endpoint, source }];
    });
    return (reached.find(({ endpoint }) => isLocal(endpoint)) ?? reached[0])?.source;
  };
  const source = choose(families ?? [4]);
  if (source !== undefined) return { source, remarks: [] };
  const other = families === undefined ? choose([6]) : undefined;
  if (other !== undefined)
    return { source: other, remarks: ['# Postfix reaches it if its inet_protocols has ipv6'] };
  throw new CliError(EXIT.config, unreachable(endpoints, families ?? []));
}

const unreachable = (endpoints: readonly Endpoint[], families: Families): string =>
  `Postfix speaks ${families.map((each) => `ipv${each}`).join(', ')} only (inet_protocols), and can't reach ${endpoints.map(formatEndpoint).join(', ')}: let "listen" name ${families.includes(4) ? 'tcp://127.0.0.1:9100' : 'tcp://[::1]:9100'} or a unix socket, too`;

/** A path as Postfix's jail sees it, an address that it can connect to; absent: there is none. */
function nameFor(
  endpoint: Endpoint,
  families: Families,
  queueDirectory: string,
): string | undefined {
  if (endpoint.kind === 'unix') {
    const inside = relative(queueDirectory, endpoint.path);
    return inside.startsWith('..') ? `unix:${endpoint.path}` : `unix:${inside}`;
  }
  const host = addressesOf(endpoint.host).find((each) =>
    families.some((family) => (each.includes(':') ? 6 : 4) === family),
  );
  if (host === undefined) return undefined;
  return `inet:${bracketed(host)}:${endpoint.port}`;
}

/** Where one who listens at `host` answers. All addresses are no address to connect to. */
function addressesOf(host: string): readonly string[] {
  if (host === 'localhost' || host === '0.0.0.0') return ['127.0.0.1'];
  return host === '::' ? ['127.0.0.1', '::1'] : [host];
}
