import { parseAddress } from '../../address/address.ts';
import { preciseClock, wallClock } from '../../clock.ts';
import { type Directory, type Entry, type Finding, isDoubt } from '../directory.ts';
import { findingOf, none, valuesOf } from '../finding.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { listDomains } from './domains.ts';
import { createEventWatch, type EventWatch } from './feed/events.ts';
import { offerToFollow } from './follow/offer.ts';
import { type Ask, createAsk } from './http/api.ts';
import { createExchange } from './http/exchange.ts';
import { Refused } from './http/faults.ts';
import { createGate } from './http/gate.ts';
import { inParts } from './http/paging.ts';
import { createPool, LOOKUP_BYTES, UPKEEP_BYTES } from './http/pools.ts';
import { createSite } from './http/site.ts';
import { inspect } from './inspect.ts';
import { createTokenFetch } from './login/fetchtoken.ts';
import { createOrigin } from './login/origin.ts';
import { createServerClock } from './login/serverclock.ts';
import { createTokens } from './login/token.ts';
import { findHolders } from './people/find.ts';
import type { FindOptions } from './people/options.ts';
import { sample } from './sample.ts';
import type { KeycloakSettings } from './settings.ts';
import { createCountWatch } from './trust/countwatch.ts';
import { createFederation } from './trust/federation.ts';
import { createGroupWatch } from './trust/groupwalk.ts';
import { createLetterWatch } from './trust/letters.ts';
import { createProof } from './trust/proof.ts';
import { createSelfCheck } from './trust/selfcheck.ts';

/** What a Keycloak directory counts. */
export interface KeycloakFigures extends Record<string, number> {
  /** Tokens fetched. */
  tokens: number;
  /** Keys that Keycloak took for an attack. */
  blockedKeys: number;
  /** Answers "nobody" that were not believed. */
  disbelieved: number;
  /** Admin events followed. */
  events: number;
}

/** Tokens, the self-check and the events share them; none of them waits for lookups. */
const UPKEEP_CONNECTIONS = 2;

/**
 * Opens a directory of type `keycloak`: one realm, asked over its admin API. A token is fetched and the self-check begins
 * in the background; "nobody" is believed only while that holds.
 */
export function createKeycloakDirectory(
  settings: KeycloakSettings,
  { name, log, changed, domainsChanged, kept, relay }: DirectoryHooks,
): Directory {
  const { tls, connections } = settings;
  const site = createSite(settings);
  const gate = createGate(site.url, preciseClock);
  const figures: KeycloakFigures = { tokens: 0, blockedKeys: 0, disbelieved: 0, events: 0 };

  const lookups = createPool(site, tls, { connections, maxBytes: LOOKUP_BYTES, figures });
  const upkeep = createPool(site, tls, {
    connections: UPKEEP_CONNECTIONS,
    maxBytes: UPKEEP_BYTES,
    figures,
  });
  const fetchToken = createTokenFetch(settings, site, createExchange(upkeep, site, gate), gate);
  const serverClock = createServerClock(preciseClock, wallClock);
  const origin = createOrigin();
  const tokens = createTokens({
    name,
    fetch: async (signal) => {
      const token = await fetchToken(signal);
      figures.tokens += 1;
      serverClock.note(token.text);
      origin.note(token.text);
      return token;
    },
    clock: preciseClock,
    log,
  });
  const askOver = (pool: typeof lookups): Ask =>
    inParts(createAsk({ site, exchange: createExchange(pool, site, gate), gate, tokens }));
  const ask = askOver(lookups);
  const askBeside = askOver(upkeep);

  const federation = createFederation({ settings, site, name, kept, log });
  const groups = createGroupWatch(settings.groupAttribute);
  const letters = createLetterWatch(
    [settings.addressFrom, settings.aliasAttribute].filter((field) => field !== undefined),
  );
  const counting = createCountWatch(settings);
  const options: FindOptions = {
    settings,
    writtenIn: letters.of,
    seen: federation.see,
    counts: (attribute) => counting.counts(attribute),
    around: (...how) => counting.around(...how),
    blocked: () => {
      figures.blockedKeys += 1;
    },
    groups: {
      of: groups.of,
      lack: groups.lack,
      ready: async (signal) => {
        await selfCheck.believe(signal);
        groups.ready();
      },
    },
  };
  const proofOver = (own: Ask) =>
    createProof({ ...settings, ask: own, site, tokens, find: options, federation });
  const proof = proofOver(ask);
  const { check } = proofOver(askBeside);
  const selfCheck = createSelfCheck({
    name,
    check: async (signal) => {
      void counting.look(askBeside);
      void letters.look(askBeside);
      await check(signal);
      await groups.walk(askBeside, signal);
    },
    everyMs: settings.selfCheck,
    log,
  });
  const watch = watchEvents();
  const follow = offerToFollow({
    ask: askBeside,
    settings,
    site,
    clock: serverClock,
    origin,
    prove: check,
    federation,
    counted: countEvents,
  });

  async function findOver(own: Ask, key: string, signal: AbortSignal): Promise<Finding<Entry>> {
    const address = parseAddress(key);
    // Nobody can hold what is no address, and an empty one would ask Keycloak for everybody.
    if (address === undefined) return none('form', 'it is no address');
    const written = letters.count(address.text);
    const finding = await findHolders(own, address, options, signal).catch(refused);
    for (const { kind, address: held } of valuesOf(finding)) {
      if (kind !== 'group' && held === address.text) proof.learn(address);
    }
    if (finding.status === 'found' || finding.proof.by === 'form') return finding;
    await believeNone(signal);
    await letters.ready(signal);
    // A look round has meanwhile seen somebody who writes it otherwise.
    if (letters.count(address.text) > written) return findOver(own, key, signal);
    return none('probe', `${finding.proof.how}; the self-check holds, and a probe after it`);
  }

  /** Keycloak refuses all questions: that is told at once, not at the next check. */
  function refused(error: unknown): never {
    if (isDoubt(error) && error.cause instanceof Refused) selfCheck.doubt(error.message);
    throw error;
  }

  async function believeNone(signal: AbortSignal): Promise<void> {
    try {
      await selfCheck.believe(signal);
      // Afterwards, for the first check may show somebody.
      federation.believe();
    } catch (error) {
      figures.disbelieved += 1;
      throw error;
    }
  }

  function countEvents(count: number): void {
    figures.events += count;
  }

  function watchEvents(): EventWatch | undefined {
    const { events, addressFrom, aliasAttribute, groupAttribute } = settings;
    if (events === 'off') return undefined;
    const attributes = [addressFrom, aliasAttribute, groupAttribute].filter(
      (attribute) => attribute !== undefined,
    );
    return createEventWatch({
      name,
      site,
      ask: askBeside,
      everyMs: events,
      clock: serverClock,
      attributes: new Set(attributes),
      ...(relay && { relay }),
      changed,
      domainsChanged,
      counted: countEvents,
      log,
    });
  }

  return {
    async find(address, { signal, anew }) {
      if (anew !== true) return findOver(ask, address, signal);
      await tokens.renew(signal);
      const pool = createPool(site, tls, { connections: 1, maxBytes: LOOKUP_BYTES });
      try {
        return await findOver(askOver(pool), address, signal);
      } finally {
        await pool.destroy();
      }
    },
    async probe(signal) {
      try {
        await proof.probe(signal);
      } catch (error) {
        // What a probe finds counts at once, not at the next check.
        if (isDoubt(error)) selfCheck.doubt(error.message);
        throw error;
      }
    },
    ...domainsOf(),
    ...follow,
    sample: (signal) => sample(askBeside, settings, signal),
    inspect: (signal) =>
      inspect(
        { settings, site, tokens, ask: askBeside, find: options, federation, clock: serverClock },
        signal,
      ),
    figures,
    accept: () => federation.forget(),
    retry: () => tokens.retry(),
    async close() {
      watch?.stop();
      counting.stop();
      letters.stop();
      selfCheck.stop();
      tokens.stop();
      await Promise.all([lookups.destroy(), upkeep.destroy()]);
    },
  };

  function domainsOf(): Pick<Directory, 'domains'> {
    const { organizations } = settings;
    if (organizations === undefined) return {};
    return {
      domains: async (signal) =>
        findingOf(await listDomains(askBeside, organizations, signal), () =>
          none('probe', 'it lists no organization with a domain'),
        ),
    };
  }
}
