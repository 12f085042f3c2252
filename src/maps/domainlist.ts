import { parseDomain } from '../address/address.ts';
import type { Log } from '../log.ts';
import type { Outcome } from '../lookup/outcome.ts';

/** How often a directory is asked again that has not listed its domains since the start, or since they changed. */
const FIRST_MS = 1000;

export interface DomainListOptions {
  /** The directory's. */
  readonly name: string;
  /** Asks the directory for all its domains. */
  readonly ask: () => Promise<Outcome<string>>;
  readonly refreshMs: number;
  /** The share of domains, 0 to 1, that may vanish at once. */
  readonly guard: number;
  readonly log: Log;
}

/** The domains that one directory lists: the last good set is kept, a suspicious one is held until it is accepted. */
export interface DomainList {
  readonly name: string;
  /** Absent: the directory has not listed them since the start. */
  readonly names: () => ReadonlySet<string> | undefined;
  /** Whether a list is held that waits to be accepted. */
  readonly isHeld: () => boolean;
  /** Takes what is held; says what that was, absent: nothing is held. */
  accept(): string | undefined;
  /** Asks at once: what is listed changed. */
  refresh(): void;
  /** Sets what was known before a restart, where nothing newer is. */
  restore(names: readonly string[]): void;
  readonly figures: { readonly held: number; readonly failures: number };
  /** Ends the refreshing. */
  stop(): void;
}

/** Creates the list and asks for it at once, then every `refreshMs`. */
export function createDomainList(options: DomainListOptions): DomainList {
  const { name, log } = options;
  const figures = { held: 0, failures: 0 };
  let names: ReadonlySet<string> | undefined;
  let held: ReadonlySet<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let isAsking = false;
  /** Changes that were told of, and how many of them came before the question that was answered last. */
  let told = 0;
  let followed = 0;

  const take = (next: ReadonlySet<string>): void => {
    names = next;
    held = undefined;
  };

  const judge = (next: ReadonlySet<string>): void => {
    if (!isSuspicious(next, names, options.guard)) return take(next);
    if (held === undefined || next.symmetricDifference(held).size > 0) {
      figures.held += 1;
      log.error(
        { directory: name, before: names?.size, listed: next.size },
        `a domain list that lost too much is held, the last good one serves on: if it is right, run idpmap accept ${name}`,
      );
    }
    held = next;
  };

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), ms);
    timer.unref();
  };

  const ask = async (): Promise<void> => {
    const before = told;
    isAsking = true;
    const outcome = await options.ask();
    isAsking = false;
    if (stopped) return;
    if (outcome.status === 'unknown') {
      figures.failures += 1;
      log.debug(outcome, 'the directory did not list its domains');
    } else {
      followed = before;
      judge(readDomains(outcome.status === 'found' ? outcome.value : []));
    }
    schedule(names === undefined || followed < told ? FIRST_MS : options.refreshMs);
  };
  void ask();

  return {
    name,
    names: () => names,
    isHeld: () => held !== undefined,
    accept: () => {
      if (held === undefined) return undefined;
      const taken = `${held.size} domains instead of ${names?.size ?? 0}`;
      take(held);
      return taken;
    },
    refresh: () => {
      told += 1;
      if (!isAsking && !stopped) schedule(0);
    },
    restore: (known) => {
      if (names === undefined && known.length > 0) take(readDomains(known));
    },
    figures,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** An empty list is more often a lost right than the truth, a shorter one a search cut off. */
function isSuspicious(
  next: ReadonlySet<string>,
  before: ReadonlySet<string> | undefined,
  guard: number,
): boolean {
  if (before === undefined) return next.size === 0;
  const lost = before.difference(next).size;
  return lost > before.size * guard || (next.size === 0 && before.size > 0);
}

const readDomains = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.map(parseDomain).filter((domain) => domain !== undefined));
