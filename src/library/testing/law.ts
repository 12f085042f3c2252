import { foldAddress } from '../../address/address.ts';
import { preciseClock } from '../../clock.ts';
import type { Directory, Entry } from '../../directory/directory.ts';
import { askEntries } from '../../directory/people/ask.ts';
import { silentLog } from '../../log.ts';
import { createLane } from '../../lookup/lane.ts';
import { createMemory } from '../../lookup/memory.ts';
import type { Outcome } from '../../lookup/outcome.ts';
import { createSource } from '../../lookup/path.ts';
import { faultsFor, type StoreFault } from './faults.ts';
import { type FaultMode, type FaultProxy, startFaultProxy } from './proxy.ts';
import type { Misdeed, Subject } from './subject.ts';

/** How long the law is looked for. */
export interface LawOptions {
  /** What chance begins with, so that what was found is found again; absent: another one each time, which is told. */
  readonly seed?: number;
  /** Steps of the sequence of questions and faults that follows each fault on its own; absent: 60. */
  readonly steps?: number;
}

/** A question to a store that does not answer is over by then: hundreds of them are put. */
const TIMEOUT_MS = 250;
const STEPS = 60;
const RETRIES = 5;
/** Of those who are there, so many are asked for under each fault. */
const ASKED = 2;

/**
 * Looks for answers that would bounce mail: puts the directory behind a proxy, lets the store fail in every way that stores and
 * those between do, and asks for people who are there and who are not, as idpmap would, memory and proof included. Nobody who is
 * there may be denied, ever, and nobody at all while the store can't say so. Gives what it did wrong.
 */
export async function checkLaw(
  subject: Subject,
  options: LawOptions = {},
): Promise<readonly Misdeed[]> {
  const { seed = Math.trunc(Math.random() * 2 ** 31), steps = STEPS } = options;
  const proxy = await startFaultProxy(subject.store);
  const misdeeds: Misdeed[] = [];
  try {
    for (const fault of faultsFor(subject)) {
      misdeeds.push(...(await examineFault(subject, proxy, fault, 'new')));
      // What is said in place of the store is the same to an old connection.
      if (typeof fault.mode === 'string')
        misdeeds.push(...(await examineFault(subject, proxy, fault, 'warm')));
    }
    misdeeds.push(...(await examineSequence(subject, proxy, seed, steps)));
  } finally {
    await proxy.set('reset');
    await proxy.stop();
  }
  return misdeeds;
}

/** The directory with what idpmap has round it; what it says is not remembered for long. */
interface Guarded extends AsyncDisposable {
  readonly ask: (address: string) => Promise<Outcome<Entry>>;
}

async function guard(subject: Subject, port: number): Promise<Guarded> {
  const directory: Directory = await subject.open({ host: '127.0.0.1', port });
  const memory = createMemory<Entry>({ found: 1000, none: 1000, unknown: 1000 });
  const tenure = memory.open();
  tenure.begin();
  const lane = createLane(directory, {
    name: 'subject',
    timeoutMs: TIMEOUT_MS,
    limit: { inFlight: 32, perSecond: 100_000, queue: 1000, queueWaitMs: 200 },
    // An open circuit would hide what the directory says.
    breaker: { failures: 1, minimum: 1_000_000, windowMs: 10_000, probeMs: 1000 },
    flips: 1_000_000,
    flipsGuard: 1,
    known: () => memory.sizes().found.size,
    healed: memory.forgetFaults,
    clock: preciseClock,
    log: silentLog,
    showAddress: (address) => address,
  });
  const question = askEntries(directory, { sharedAliases: false }, { dropped: 0 });
  const times = { freshMs: 0, freshNoneMs: 0, unknownMs: 0, staleMs: 0, prefetch: 1 };
  const { lookup } = createSource<Entry>(question, tenure, lane, times);
  return {
    ask: async (address) => {
      const arrivedAt = preciseClock.now();
      return lookup(foldAddress(address), {
        arrivedAt,
        deadline: arrivedAt + 10 * TIMEOUT_MS,
      });
    },
    [Symbol.asyncDispose]: async () => {
      lane.stop();
      await directory.close();
    },
  };
}

async function examineFault(
  subject: Subject,
  proxy: FaultProxy,
  fault: StoreFault,
  since: 'new' | 'warm',
): Promise<readonly Misdeed[]> {
  const misdeeds: Misdeed[] = [];
  await proxy.set('well');
  await using guarded = await guard(subject, proxy.port);
  const judge = judging(guarded, misdeeds);
  if (since === 'warm') {
    for (const { address } of subject.people) await judge.known(address, 'before a fault');
    for (const address of subject.nobody) await judge.absent(address, 'before a fault');
  }
  const when = `${fault.name} (${since === 'new' ? 'from the start' : 'after all was well'})`;
  for (const { address } of subject.people.slice(0, ASKED)) {
    await proxy.set(fault.mode);
    await judge.known(address, when, 'ill');
  }
  for (const address of subject.nobody.slice(0, 1)) {
    await proxy.set(fault.mode);
    await judge.absent(address, when, fault.isPartial === true ? 'perhaps' : 'ill');
  }
  await proxy.set('well');
  for (const { address } of subject.people.slice(0, 1)) await judge.known(address, `after ${when}`);
  for (const address of subject.nobody.slice(0, 1)) await judge.absent(address, `after ${when}`);
  return misdeeds;
}

/** `ill`: nothing may be denied; `perhaps`: it may, or not. */
type Health = 'well' | 'ill' | 'perhaps';

function judging({ ask }: Guarded, misdeeds: Misdeed[]) {
  const note = (check: string, outcome: Outcome<Entry>): void => {
    const told = outcome.status === 'unknown' ? `unknown: ${outcome.reason}` : outcome.status;
    misdeeds.push({ check, told });
  };
  /** A store that is well again is asked again: a connection of before may fail once more, which is no misdeed. */
  const askAs = async (health: Health, address: string): Promise<Outcome<Entry>> => {
    const most = health === 'well' ? RETRIES : 0;
    let outcome = await ask(address);
    for (let i = 0; i < most && outcome.status === 'unknown'; i++) outcome = await ask(address);
    return outcome;
  };
  return {
    known: async (address: string, when: string, health: Health = 'well'): Promise<void> => {
      const outcome = await askAs(health, address);
      if (outcome.status === 'none')
        note(`does not deny ${address}, who is there, ${at(when)}`, outcome);
      else if (health === 'well' && outcome.status === 'unknown')
        note(`finds ${address} ${at(when)}`, outcome);
    },
    absent: async (address: string, when: string, health: Health = 'well'): Promise<void> => {
      const outcome = await askAs(health, address);
      if (outcome.status === 'found') note(`does not invent ${address} ${at(when)}`, outcome);
      else if (health === 'ill' && outcome.status === 'none')
        note(`does not take it for "nobody" ${at(when)}`, outcome);
      else if (health === 'well' && outcome.status === 'unknown')
        note(`denies ${address} ${at(when)}`, outcome);
    },
  };
}

const at = (when: string): string => (/^(?:before|after) /.test(when) ? when : `at: ${when}`);

/** Any sequence of faults and questions; what went wrong names what chance began with. */
async function examineSequence(
  subject: Subject,
  proxy: FaultProxy,
  seed: number,
  steps: number,
): Promise<readonly Misdeed[]> {
  const misdeeds: Misdeed[] = [];
  const pick = picking(seed);
  // One that never answers takes its time each time; it was looked at on its own.
  const faults = faultsFor(subject).filter(({ mode }) => mode !== 'blackhole');
  await proxy.set('well');
  await using guarded = await guard(subject, proxy.port);
  const judge = judging(guarded, misdeeds);
  let fault: StoreFault | undefined;
  for (let step = 0; step < steps; step++) {
    if (pick(3) === 0) {
      fault = [undefined, faults[pick(faults.length)]][pick(2)];
      await proxy.set(modeOf(fault));
    }
    const health = healthOf(fault);
    const when = `${nameOf(fault)} (step ${step} of seed ${seed})`;
    const known = subject.people[pick(subject.people.length)];
    const absent = subject.nobody[pick(subject.nobody.length)];
    if (pick(2) === 0 && known !== undefined) await judge.known(known.address, when, health);
    else if (absent !== undefined) await judge.absent(absent, when, health);
  }
  return misdeeds;
}

const modeOf = (fault: StoreFault | undefined): FaultMode => fault?.mode ?? 'well';

const nameOf = (fault: StoreFault | undefined): string => fault?.name ?? 'well';

function healthOf(fault: StoreFault | undefined): Health {
  if (fault === undefined) return 'well';
  return fault.isPartial === true ? 'perhaps' : 'ill';
}

/** Numbers below `most`, the same ones for the same seed (mulberry32). */
function picking(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) % most) | 0;
  };
}
