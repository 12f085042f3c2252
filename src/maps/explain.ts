import { parseAddress } from '../address.ts';
import type { Context, Step } from '../lookup/outcome.ts';
import type { DomainSet } from './domains.ts';
import type { Route } from './router.ts';
import { judgeRecipient, type MapAnswer, type Verdict } from './verdict.ts';

/** Why an address is answered as it is: the way of one question, told. */
export interface Explanation {
  readonly key: string;
  /** Absent: it is no address, and nobody is asked. */
  readonly normalised?: string;
  readonly domain?: { readonly name: string; readonly ours: 'yes' | 'no' | 'unknown' };
  readonly maps: readonly ExplainedMap[];
  /** What Postfix will say to RCPT TO. */
  readonly verdict: Verdict;
}

/** One map's answer and how it came about. */
export interface ExplainedMap extends MapAnswer {
  /** What the map was asked: the address, or its domain. */
  readonly key: string;
  readonly steps: readonly Step[];
}

/**
 * Asks every map but tables for `key`, on the way that each query takes, and tells the steps. `contextOf` makes a
 * question's context.
 */
export async function explain(
  key: string,
  maps: ReadonlyMap<string, Route>,
  domains: DomainSet,
  contextOf: (tell: (step: Step) => void) => Context,
): Promise<Explanation> {
  const address = parseAddress(key);
  const explained: ExplainedMap[] = [];
  for (const [map, { kind, answer }] of maps) {
    if (kind === 'table') continue;
    const asked = kind === 'domains' ? (address?.domain ?? key) : key;
    const steps: Step[] = [];
    // One after the other, as Postfix asks them.
    const given = await answer(
      asked,
      contextOf((step) => steps.push(step)),
    );
    explained.push({ map, kind, key: asked, answer: given, steps });
  }
  const verdict = judgeRecipient(explained);
  if (address === undefined) return { key, maps: explained, verdict };
  const domain = { name: address.domain, ours: isOurs(address.domain, domains) };
  return { key, normalised: address.text, domain, maps: explained, verdict };
}

function isOurs(domain: string, domains: DomainSet): 'yes' | 'no' | 'unknown' {
  if (domains.get(domain) !== undefined) return 'yes';
  return domains.doubt() === undefined ? 'no' : 'unknown';
}
