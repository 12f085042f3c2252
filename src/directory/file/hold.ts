import { basename } from 'node:path';
import type { DirectoryHooks } from '../hooks.ts';
import { findLoss } from '../people/loss.ts';
import { type Measure, measure, readMeasure } from '../people/measure.ts';
import type { People } from '../people/people.ts';
import { createHold } from '../trust/hold.ts';

/** A content that was read and is sound. */
export interface Edit {
  readonly people: People;
  readonly hash: string;
  readonly isSealed: boolean;
}

/** What is kept of the edit that was taken last. */
interface Kept {
  readonly people: Measure;
  readonly isSealed: boolean;
}

/** An edit that is held, and why. */
export interface HeldEdit {
  readonly people: People;
  /** One line, how to end it included. */
  readonly reason: string;
}

/** The guard before edits of a file. */
export interface FileHold {
  /** Takes an edit, or holds it and says why in the log. */
  offer(next: Edit): void;
  held(): HeldEdit | undefined;
  /** Takes what is held and says what it lost. */
  accept(): string | undefined;
  /** Drops what is held. */
  withdraw(): void;
}

/** What is guarded, and how strictly. */
export interface Guarded {
  /** The file; absolute. */
  readonly path: string;
  /** The share of people, 0 to 1, that one edit may lose; more is held until it is accepted. */
  readonly guard: number;
}

/** Creates the guard; `load` lets an edit count. */
export function createFileHold(
  { path, guard }: Guarded,
  { name, log, kept }: DirectoryHooks,
  load: (edit: Edit) => void,
): FileHold {
  const file = basename(path);
  const place = { directory: name, path };
  const hold = createHold<Edit, Kept>({
    name: 'people',
    kept,
    measure: ({ people, isSealed }) => ({ people: measure(people.extents), isSealed }),
    readMeasure: readKept,
    loss: ({ last, measured }, next) => {
      const losses = [
        ...(measured?.isSealed === true && !next.isSealed
          ? ['its end mark, it may be cut off']
          : []),
        ...findLosses(last?.people.extents ?? measured?.people, next.people, guard),
      ];
      return losses.length === 0 ? undefined : losses.join(' and ');
    },
    take: load,
  });
  let isFirst = kept.read('people') === undefined;

  const reasonOf = (loss: string): string =>
    `${file} would lose ${loss}: mend it, or run "idpmap accept ${name}"`;

  return {
    offer(next) {
      if (hold.offer(next) === 'held') log.error(place, reasonOf(hold.held()?.loss ?? ''));
      else if (isFirst)
        log.info(place, `no earlier count of ${file} is known, so this content can't be compared`);
      isFirst = false;
    },
    held() {
      const held = hold.held();
      return held && { people: held.content.people, reason: reasonOf(held.loss) };
    },
    accept: () => hold.accept(),
    withdraw: () => hold.withdraw(),
  };
}

function findLosses(
  before: Parameters<typeof findLoss>[0] | undefined,
  after: People,
  guard: number,
): readonly string[] {
  if (before === undefined) return after.isEmpty ? ['everybody (it is empty)'] : [];
  return [findLoss(before, after.extents, guard)].filter((loss) => loss !== undefined);
}

function readKept(kept: unknown): Kept | undefined {
  if (typeof kept !== 'object' || kept === null || !('people' in kept)) return undefined;
  const people = readMeasure(kept.people);
  return people && { people, isSealed: 'isSealed' in kept && kept.isSealed === true };
}
