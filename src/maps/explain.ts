import { normaliseAddress, parseAddress } from '../address/address.ts';
import type { Context, Step } from '../lookup/outcome.ts';
import type { DomainSet } from './domains.ts';
import type { Route } from './router.ts';
import {
  judgeRecipient,
  judgeSender,
  type MapAnswer,
  type SenderVerdict,
  type Verdict,
} from './verdict.ts';

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

/** Why a login may send as an address, or may not. */
export interface SenderExplanation {
  readonly key: string;
  readonly login: string;
  /** Absent: it is no address, and nobody is asked. */
  readonly normalised?: string;
  readonly maps: readonly ExplainedMap[];
  /** What Postfix will say to MAIL FROM. */
  readonly verdict: SenderVerdict;
}

/** Makes the context of a question that comes now. */
type ContextOf = (tell: (step: Step) => void) => Context;

type Maps = ReadonlyMap<string, Route>;

/** Asks every map but tables for `key`, on the way that each query takes, and tells the steps. */
export async function explain(
  key: string,
  maps: Maps,
  domains: DomainSet,
  contextOf: ContextOf,
): Promise<Explanation> {
  const address = parseAddress(key);
  const explained = await askMaps(maps, ({ kind }) => kind !== 'table', key, contextOf);
  const verdict = judgeRecipient(explained);
  if (address === undefined) return { key, maps: explained, verdict };
  const domain = { name: address.domain, ours: isOurs(address.domain, domains) };
  return { key, normalised: address.text, domain, maps: explained, verdict };
}

/**
 * Asks the maps of kind `senders` whether `login` may send as `key`.
 * @throws {Error} where there is no such map
 */
export async function explainSender(
  key: string,
  login: string,
  maps: Maps,
  contextOf: ContextOf,
): Promise<SenderExplanation> {
  const explained = await askMaps(maps, ({ kind }) => kind === 'senders', key, contextOf);
  if (explained.length === 0)
    throw new Error('no map of kind senders is configured, so nobody is kept from any address');
  const verdict = judgeSender(login, explained);
  const normalised = normaliseAddress(key);
  const told = { key, login, maps: explained, verdict };
  return normalised === undefined ? told : { ...told, normalised };
}

async function askMaps(
  maps: Maps,
  isAsked: (route: Route) => boolean,
  key: string,
  contextOf: ContextOf,
): Promise<readonly ExplainedMap[]> {
  const explained: ExplainedMap[] = [];
  for (const [map, route] of maps) {
    if (!isAsked(route)) continue;
    const { kind, answer } = route;
    const asked = kind === 'domains' ? (parseAddress(key)?.domain ?? key) : key;
    const steps: Step[] = [];
    // One after the other, as Postfix asks them.
    const given = await answer(
      asked,
      contextOf((step) => steps.push(step)),
    );
    explained.push({ map, kind, key: asked, answer: given, steps });
  }
  return explained;
}

function isOurs(domain: string, domains: DomainSet): 'yes' | 'no' | 'unknown' {
  if ((domains.get(domain) ?? domains.alike(domain)) !== undefined) return 'yes';
  return domains.doubt() === undefined ? 'no' : 'unknown';
}
