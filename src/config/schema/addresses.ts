import { isIP } from 'node:net';
import { parseAddress, parseDomain, spellAddress } from '../../address/address.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../net/endpoint.ts';
import { likelyEndpoints } from '../likely/endpoints.ts';
import {
  likelyAddresses,
  likelyDomains,
  likelyLocalParts,
  likelyNetworks,
} from '../likely/names.ts';
import { normalised, written } from './values.ts';

/** Where to listen; an `Endpoint` inside. */
export const endpoint = () =>
  written<Endpoint>(
    { type: 'endpoint', place: 'endpoint', likely: likelyEndpoints },
    parseEndpoint,
    spellEndpoint,
  );

/** Writes an endpoint with its options, as `parseEndpoint` reads it. */
export function spellEndpoint(where: Endpoint): string {
  const { mode, group } = where.kind === 'unix' ? where : {};
  const options = [
    ...(mode === undefined ? [] : [`mode=0${mode.toString(8).padStart(3, '0')}`]),
    ...(group === undefined ? [] : [`group=${encodeURIComponent(group)}`]),
  ].join('&');
  return formatEndpoint(where) + (options === '' ? '' : `?${options}`);
}

/** A network or one address of it; always with its prefix length inside. */
export const cidr = () =>
  normalised(
    { type: 'CIDR', likely: likelyNetworks },
    normaliseCidr,
    'is no network, write 10.0.0.0/8 or fd00::/8',
  );

function normaliseCidr(text: string): string | undefined {
  const { address = '', bits } =
    /^(?<address>[^/]+)(?:\/(?<bits>\d{1,3}))?$/.exec(text)?.groups ?? {};
  const most = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || address.includes('%') || Number(bits ?? 0) > most) return undefined;
  return `${address}/${Number(bits ?? most)}`;
}

/** A domain; in lower-case A-labels inside. */
export const domain = () => written({ type: 'domain', likely: likelyDomains }, readDomain, String);

function readDomain(text: string): string {
  const read = parseDomain(text);
  if (read !== undefined) return read;
  const parent = parseDomain(/^\*?\.(.+)$/s.exec(text)?.[1] ?? '');
  const mend =
    parent === undefined
      ? ', write one such as example.org'
      : `: name each sub-domain of ${parent} by itself, also those that a list of Postfix's took along (parent_domain_matches_subdomains)`;
  throw new SyntaxError(`${JSON.stringify(text)} is no domain${mend}`);
}

/** Unquoted, one address can hold nothing that would make it two, or a display name. */
const ONE_LOCAL = /^(?:[^\s",<>()[\]\\:;@]+|"(?:[^"\\]|\\.)*")$/u;

/** Exactly one address with a domain; normalised inside, with the letters that it is written with: mail goes to it. */
export const address = () =>
  normalised(
    { type: 'address', likely: likelyAddresses },
    (text) => {
      const local = parseAddress(text)?.local;
      return local !== undefined && ONE_LOCAL.test(local) ? spellAddress(text) : undefined;
    },
    'is not exactly one address with a domain, write one such as ann@example.org',
  );

/** What stands before the `@`; normalised inside. */
export const localPart = () =>
  normalised(
    { type: 'local part', likely: likelyLocalParts },
    (text) => {
      const local = parseAddress(`${text}@example.org`)?.local;
      return local !== undefined && ONE_LOCAL.test(local) ? local : undefined;
    },
    'is no local part, write what stands before the @: postmaster',
  );
