import type { MirrorSettings } from '../config/settings/mirror.ts';
import type { GroupLimits } from '../directory/people/expand.ts';
import { type Answers, createAnswers } from './answers.ts';
import { describe, statusOf } from './describe.ts';
import { compare } from './diff.ts';
import { createMirrorFigures } from './figures.ts';
import { type KeeperOptions, openKeeper } from './keeper.ts';
import type { MirrorDiff, MirrorStatus } from './status.ts';
import { describeLoss } from './store/guard.ts';
import { addressesOf } from './store/rows.ts';

export interface MirrorOptions extends Omit<KeeperOptions, 'settings' | 'figures'> {
  readonly settings: Omit<MirrorSettings, 'refresh'>;
  /** How large groups may be: as the directory itself goes by. */
  readonly limits: GroupLimits;
  /** Lists the directory whoever follows it; absent: as `follow` does. */
  readonly list?: KeeperOptions['follow'];
  /** The daemon whose changes `follow` takes now; absent: it follows the directory itself. */
  readonly takenFrom?: () => string | undefined;
}

/** A durable copy of one directory's people, as it is asked and kept. */
export interface Mirror extends Pick<Answers, 'say'> {
  readonly path: string;
  /** When whoever holds an address was known to, on the daemon's clock; absent: nobody is known to. */
  knownAt(address: string): number | undefined;
  /** Addresses of some who are there, up to so many. */
  people(most: number): readonly string[];
  /** How it stands towards an address, in words: for `explain`. */
  describe(address: string): string;
  /** How many it knows. */
  entries(): number;
  status(): MirrorStatus;
  /** What is held, in words; absent: nothing is. */
  held(): string | undefined;
  /** Lets go who is held; says how many they were, absent: nobody is held. */
  accept(): string | undefined;
  /** Lists everybody anew; resolves when that has ended. */
  sync(): Promise<void>;
  /** Lists everybody into nothing, in the feed's place, and compares. */
  diff(): Promise<MirrorDiff>;
  /** Begins to follow the directory. Again: nothing. */
  begin(): void;
  /** Lets go whose loss is over, and notes whether it is in step: as it does by itself once a second. */
  tick(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when it writes no more. */
  readonly ended: Promise<void>;
}

/** Opens what a former process left, if anything: it stands in at once. Nothing is written before `begin`. Never rejects. */
export async function openMirror(options: MirrorOptions): Promise<Mirror> {
  const { name, settings, clock, log } = options;
  const figures = createMirrorFigures();
  const ended = Promise.withResolvers<void>();
  const changed: KeeperOptions['changed'] = (addresses) => {
    answers.forget(addresses);
    options.changed(addresses);
  };
  const answers: Answers = createAnswers({
    ...options,
    whole: () => keeper.whole(),
    timeAt: (instant) => keeper.timeline.at(instant),
    knows: (time) => keeper.timeline.knows(time),
  });
  const keeper = await openKeeper({ ...options, figures, changed });

  /** What can't be read stands in for nobody. */
  const guarded = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      log.error(
        { directory: name, err: error },
        "the mirror can't be read: lookups ask the directory",
      );
      keeper.broken(error);
      return otherwise;
    }
  };
  const look: Mirror['say'] = (address, at) =>
    guarded(() => answers.say(address, at), { is: 'nothing' });
  const say: Mirror['say'] = (address, at) => answers.recall(address, at) ?? look(address, at);

  const status = (): MirrorStatus =>
    statusOf({
      settings,
      standing: keeper.standing(),
      timeline: keeper.timeline,
      isInStep: keeper.isInStep(),
      figures,
      now: clock.now(),
      fault: keeper.fault(),
      feed: keeper.feed(),
      takenFrom: options.takenFrom?.(),
    });

  return {
    path: settings.path,
    say: (address, at) => {
      const said = say(address, at);
      // Nearly all are found: to count by name costs a third of such an answer.
      if (said.is === 'found') figures.answers.found += 1;
      else figures.answers[said.is] += 1;
      return said;
    },
    people: (most) => {
      const store = keeper.whole()?.store;
      const some = guarded(() => store?.entriesAfter(0, most), undefined) ?? [];
      return some.flatMap(({ entry }) => (entry.enabled ? addressesOf(entry).slice(0, 1) : []));
    },
    knownAt: (address) => {
      const at = guarded(() => answers.knownAt(address), undefined);
      return at === undefined ? undefined : keeper.timeline.instantOf(at);
    },
    describe: (address) => describe(say(address, clock.now()), settings, status()),
    entries: () => (keeper.standing()?.accounts ?? 0) + (keeper.standing()?.groups ?? 0),
    status,
    held: () => {
      const standing = keeper.standing();
      return standing?.isHeld === true ? describeLoss(standing) : undefined;
    },
    accept: () => {
      const standing = keeper.standing();
      if (standing?.isHeld !== true) return undefined;
      keeper.accept();
      return describeLoss(standing);
    },
    sync: keeper.sync,
    diff: () =>
      keeper.meanwhile((store, signal) => compare(options.list ?? options.follow, store, signal)),
    begin: keeper.begin,
    tick: keeper.tick,
    stop: async () => {
      await keeper.stop();
      ended.resolve();
    },
    ended: ended.promise,
  };
}
