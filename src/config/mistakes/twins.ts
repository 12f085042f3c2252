import { parseDomain } from '../../address/address.ts';
import type { Tree } from '../sources/tree.ts';
import { type Mistake, mistake } from './mistake.ts';
import { suggest } from './problem.ts';

/** Of more than these, nobody reads what they resemble, and each is compared with all. */
const MAX_HINTS = 20;

/** Finds domains that are aliases of none, or of each other in a circle. */
export function checkAliases(domains: ReadonlyMap<string, Tree>): readonly Mistake[] {
  const { aliases, written } = readAliases(domains);
  const told = new Set<string>();
  let missing = 0;
  return [...aliases].flatMap(([domain, target]) => {
    const path = ['domains', written.get(domain) ?? domain, 'aliasOf'];
    if (!written.has(target)) {
      missing++;
      const others = missing > MAX_HINTS ? [] : [...written.keys()];
      const hint = suggest(
        target,
        others.filter((name) => name !== domain),
      );
      return [mistake(path, `"${target}" is none of the configured domains${hint}`)];
    }
    const circle = told.has(domain) ? undefined : circleFrom(domain, aliases);
    if (circle === undefined) return [];
    for (const member of circle) told.add(member);
    const way = [...circle, domain].join(' → ');
    return [mistake(path, `goes in a circle (${way}), let one of them name a directory instead`)];
  });
}

/** What every normalised domain is an alias of, and how each is written. */
function readAliases(domains: ReadonlyMap<string, Tree>) {
  const aliases = new Map<string, string>();
  const written = new Map<string, string>();
  for (const [name, { aliasOf }] of domains) {
    const domain = parseDomain(name);
    if (domain === undefined) continue;
    written.set(domain, name);
    const target = typeof aliasOf === 'string' ? parseDomain(aliasOf) : undefined;
    if (target !== undefined) aliases.set(domain, target);
  }
  return { aliases, written };
}

/** The domains on the way from `domain` back to itself; absent where the way ends, or circles elsewhere. */
function circleFrom(
  domain: string,
  aliases: ReadonlyMap<string, string>,
): ReadonlySet<string> | undefined {
  const way = new Set<string>();
  let next: string | undefined = domain;
  while (next !== undefined && !way.has(next)) {
    way.add(next);
    next = aliases.get(next);
  }
  return next === domain ? way : undefined;
}
