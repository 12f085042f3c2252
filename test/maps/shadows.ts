import { parseAddress } from '../../src/address/address.ts';
import type { Entry } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { aliases } from '../../src/maps/aliases.ts';
import type { Domain } from '../../src/maps/domains.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import type { Asked, MapWorld } from '../../src/maps/kind.ts';
import { mailboxes } from '../../src/maps/mailboxes.ts';
import { recipients } from '../../src/maps/recipients.ts';
import { senders } from '../../src/maps/senders.ts';
import { parseTemplate } from '../../src/maps/template.ts';
import { RULES } from '../support/world.ts';

/** The kinds of maps that are asked for addresses. */
export const KINDS = {
  mailboxes: mailboxes(parseTemplate('%s')),
  aliases: aliases(),
  senders,
  recipients,
};
/** A domain that nobody is asked for. */
export const DOMAIN: Domain = { name: 'x.org', sources: [], roles: new Map() };

/** What such maps look at. */
export const worldOf = (rules: Partial<MapWorld['rules']> = {}): MapWorld => ({
  domains: createDomainSet(new Map([['x.org', DOMAIN]]), []),
  rules: { ...RULES, ...rules },
});

/** An address as it is asked. */
export function askFor(text: string): Asked {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return { ...address, key: text };
}

/** What a directory says that has `entries`. */
export const outcomeOf = (entries: readonly Entry[]): Outcome<Entry> =>
  entries.length === 0 ? none('content', 'it is not there') : { status: 'found', value: entries };
