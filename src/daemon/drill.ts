import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { preciseClock } from '../clock.ts';
import { type Directory, Fault } from '../directory/directory.ts';
import { openDirectory } from '../directory/types.ts';
import type { Log } from '../log.ts';
import type { Context } from '../lookup/outcome.ts';
import { explain } from '../maps/explain.ts';
import type { Verdict } from '../maps/verdict.ts';
import { propertyOf } from '../record.ts';
import type { Settings } from '../settings.ts';
import { closeState, createState, enterState, proveState, type State } from './state.ts';

export interface DrillOptions {
  readonly settings: Settings;
  /** People to ask for: those that answer 250 before the cut are the known ones. */
  readonly addresses: readonly string[];
  /** Whether cut directories refuse, or never answer. */
  readonly how: 'refuse' | 'hang';
  readonly cutMs: number;
  readonly log: Log;
}

/** What mail got in one phase: how many addresses got which of Postfix's codes. */
export type Tally = Record<Verdict['code'], number>;

/**
 * What a drill found. It is passed where somebody was known, nothing was refused and nobody known was deferred during the
 * cut, and all is as before after it.
 */
export interface DrillReport {
  readonly before: Tally;
  /** Addresses that got 250 before, asked again and again while the directories were cut. */
  readonly known: Tally;
  /** Random addresses of the configured domains, likewise. */
  readonly strangers: Tally;
  readonly after: Tally;
  /** From the end of the cut to the first round that is as it was before; absent: it never was. */
  readonly recoveredAfterMs?: number;
  readonly passed: boolean;
}

const PROOF_MS = 10_000;
const ROUND_MS = 500;
const RECOVERY_MS = 15_000;
const STRANGERS = 20;
const BATCH = 50;

/**
 * Cuts the directories of a scratch instance, made from the configuration and thrown away afterwards, and tells what mail
 * would have got. All memory is made stale at the cut, as if the outage had begun a while ago.
 */
export async function drill({
  settings,
  addresses,
  how,
  cutMs,
  log,
}: DrillOptions): Promise<DrillReport> {
  const cut = { is: false };
  const state = await createState(settings, {
    clock: preciseClock,
    log,
    showAddress: (address) => address,
    open: async (directory, hooks) =>
      cuttable(await openDirectory(directory, hooks), () => cut.is, how),
  });
  enterState(state);
  try {
    // A directory that is still being opened is no outage.
    await proveState(state, PROOF_MS);
    const before = await askAll(state, addresses);
    const known = addresses.filter((_, i) => before[i]?.code === 250);
    const strangers = randomAddresses(settings);
    cut.is = true;
    for (const { memories } of state.served.values()) memories.changed('everything');
    const during = { known: emptyTally(), strangers: emptyTally() };
    const end = preciseClock.now() + cutMs;
    do {
      count(during.known, await askAll(state, known));
      count(during.strangers, await askAll(state, strangers));
      await delay(Math.min(ROUND_MS, Math.max(0, end - preciseClock.now())));
    } while (preciseClock.now() < end);
    cut.is = false;
    const refused = [during.known, during.strangers].some((tally) => tally[550] + tally[554] > 0);
    const recovery = await recover(state, addresses, before);
    return {
      before: tallyOf(before),
      ...during,
      ...recovery,
      passed:
        known.length > 0 &&
        !refused &&
        during.known[451] === 0 &&
        recovery.recoveredAfterMs !== undefined,
    };
  } finally {
    await closeState(state);
  }
}

/**
 * The same directory until it is cut: then whatever is asked with a signal fails or hangs, and so does what a function of
 * its opens (a table). What takes no signal, `close` among it, asks nobody.
 */
export function cuttable<D extends Directory>(
  directory: D,
  isCut: () => boolean,
  how: DrillOptions['how'],
): D {
  const cut =
    (call: Callable): Callable =>
    (...asked) => {
      const signal = asked.map(signalIn).find((each) => each !== undefined);
      if (signal === undefined) {
        const given = call(...asked);
        return isCallable(given) ? cut(given) : given;
      }
      if (!isCut()) return call(...asked);
      if (how === 'refuse') throw new Fault('directory', CUT);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Fault('directory', CUT)));
      });
    };
  return new Proxy(directory, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return isCallable(value) ? cut(value.bind(target)) : value;
    },
  });
}

type Callable = (...asked: readonly unknown[]) => unknown;

const CUT = 'cut by the drill';

const isCallable = (value: unknown): value is Callable => typeof value === 'function';

/** The signal that a question is put with: itself, or in how it is put. */
function signalIn(asked: unknown): AbortSignal | undefined {
  if (asked instanceof AbortSignal) return asked;
  const held = propertyOf(asked, 'signal');
  return held instanceof AbortSignal ? held : undefined;
}

async function recover(state: State, addresses: readonly string[], before: readonly Verdict[]) {
  const healedAt = preciseClock.now();
  for (;;) {
    const now = await askAll(state, addresses);
    const after = tallyOf(now);
    const elapsed = preciseClock.now() - healedAt;
    if (now.every(({ code }, i) => code === before[i]?.code))
      return { after, recoveredAfterMs: elapsed };
    if (elapsed > RECOVERY_MS) return { after };
    await delay(ROUND_MS);
  }
}

async function askAll(state: State, addresses: readonly string[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let i = 0; i < addresses.length; i += BATCH)
    verdicts.push(
      ...(await Promise.all(addresses.slice(i, i + BATCH).map((each) => ask(state, each)))),
    );
  return verdicts;
}

async function ask({ routes, settings }: State, address: string): Promise<Verdict> {
  const contextNow = (): Context => {
    const arrivedAt = preciseClock.now();
    return { arrivedAt, deadline: arrivedAt + settings.deadline };
  };
  const { verdict } = await explain(address, routes.maps, routes.world.domains, contextNow);
  return verdict;
}

const randomAddresses = ({ domains }: Settings): readonly string[] =>
  Object.keys(domains)
    .flatMap((domain) => Array.from({ length: STRANGERS }, () => domain))
    .slice(0, 100 * STRANGERS)
    .map((domain) => `drill-${randomBytes(6).toString('hex')}@${domain}`);

const emptyTally = (): Tally => ({ 250: 0, 451: 0, 550: 0, 554: 0 });

function count(tally: Tally, verdicts: readonly Verdict[]): void {
  for (const { code } of verdicts) tally[code] += 1;
}

function tallyOf(verdicts: readonly Verdict[]): Tally {
  const tally = emptyTally();
  count(tally, verdicts);
  return tally;
}
