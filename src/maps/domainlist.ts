import { parseDomain } from '../address/address.ts';
import type { Kept } from '../directory/hooks.ts';
import { createHold } from '../directory/trust/hold.ts';
import { createKept } from '../directory/trust/kept.ts';
import type { Log } from '../log.ts';
import { noteChange } from '../lookup/changes.ts';
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
  /** Where what was accepted last is kept; absent: for as long as this lives. */
  readonly kept?: Kept;
  /** `resting`: it asks once it is woken. Absent: at once. */
  readonly begins?: 'resting';
  readonly log: Log;
}

/** The domains that one directory lists: the last good set is kept, a suspicious one is held until it is accepted. */
export interface DomainList {
  readonly name: string;
  /** Absent: the directory has not listed them since the start, and nothing is known of before. */
  readonly names: () => ReadonlySet<string> | undefined;
  /** Whether a list is held that waits to be accepted. */
  readonly isHeld: () => boolean;
  /** The list that is held; absent: none is. */
  readonly heldNames: () => ReadonlySet<string> | undefined;
  /** What is held, and the way out; absent: nothing is. */
  readonly pending: () => string | undefined;
  /** Takes what is held; says what that was, absent: nothing is held. */
  accept(): string | undefined;
  /** Asks at once: what is listed changed. */
  refresh(): void;
  /** Sets what was known before a restart, where nothing newer is. */
  restore(names: readonly string[]): void;
  /** Resolves once they are known. */
  readonly known: Promise<void>;
  readonly figures: { readonly held: number; readonly failures: number };
  /** Asks no more until it is woken: nobody wants to know. */
  rest(): void;
  /** Asks at once where it rests, and goes on. */
  wake(): void;
  readonly isResting: () => boolean;
  /** Ends the refreshing. */
  stop(): void;
}

/** Creates the list and asks for it at once, then every `refreshMs`. */
export function createDomainList(options: DomainListOptions): DomainList {
  const { name, log } = options;
  const remedy = `if it is right, run idpmap accept ${name}`;
  const figures = { held: 0, failures: 0 };
  const known = Promise.withResolvers<void>();
  let names: ReadonlySet<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let isAsking = false;
  let isResting = options.begins === 'resting';
  /** Changes that were told of, and how many of them came before the question that was answered last. */
  let told = 0;
  let followed = 0;

  const take = (next: ReadonlySet<string>): void => {
    names = next;
    noteChange();
    known.resolve();
  };
  const kept = options.kept ?? createKept();
  const hold = createHold<ReadonlySet<string>, readonly string[]>({
    name: KEPT,
    kept,
    measure: (next) => [...next],
    readMeasure: readNames,
    loss: ({ last, measured }, next) =>
      findLoss(last ?? (measured && new Set(measured)), next, options.guard),
    take,
  });
  const before = readNames(kept.read(KEPT));
  if (before !== undefined) take(new Set(before));

  const judge = (next: ReadonlySet<string>): void => {
    const held = hold.held()?.content;
    if (hold.offer(next) === 'taken') return;
    if (held === undefined || next.symmetricDifference(held).size > 0) {
      figures.held += 1;
      log.error(
        { directory: name, before: names?.size, listed: next.size },
        `a domain list that lost too much is held, the last good one serves on: ${remedy}`,
      );
    }
  };

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), ms);
    timer.unref();
  };

  const ask = async (): Promise<void> => {
    const toldBefore = told;
    isAsking = true;
    const outcome = await options.ask();
    isAsking = false;
    if (stopped || isResting) return;
    if (outcome.status === 'unknown') {
      figures.failures += 1;
      log.debug(outcome, 'the directory did not list its domains');
    } else {
      followed = toldBefore;
      judge(readDomains(outcome.status === 'found' ? outcome.value : []));
    }
    schedule(names === undefined || followed < told ? FIRST_MS : options.refreshMs);
  };
  if (!isResting) void ask();

  return {
    name,
    names: () => names,
    isHeld: () => hold.held() !== undefined,
    heldNames: () => hold.held()?.content,
    pending: () => {
      const held = hold.held();
      return held && `a list of ${held.loss} is held, the last good one serves on: ${remedy}`;
    },
    accept: hold.accept,
    refresh: () => {
      told += 1;
      if (!isAsking && !stopped && !isResting) schedule(0);
    },
    restore: (saved) => {
      if (names === undefined && saved.length > 0) hold.offer(readDomains(saved));
    },
    known: known.promise,
    figures,
    rest: () => {
      isResting = true;
      clearTimeout(timer);
    },
    wake: () => {
      if (!isResting || stopped) return;
      isResting = false;
      if (!isAsking) void ask();
    },
    isResting: () => isResting,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** An empty list is more often a lost right than the truth, a shorter one a search cut off. */
function findLoss(
  before: ReadonlySet<string> | undefined,
  next: ReadonlySet<string>,
  guard: number,
): string | undefined {
  const lost = before?.difference(next).size ?? 0;
  const size = before?.size ?? 0;
  const isLost = next.size === 0 && (before === undefined || size > 0);
  return isLost || lost > size * guard ? `${next.size} domains instead of ${size}` : undefined;
}

/** Under which name what was accepted last is kept. */
const KEPT = 'domains';

function readNames(kept: unknown): readonly string[] | undefined {
  if (!Array.isArray(kept)) return undefined;
  return kept.filter((name): name is string => typeof name === 'string');
}

const readDomains = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.map(parseDomain).filter((domain) => domain !== undefined));
