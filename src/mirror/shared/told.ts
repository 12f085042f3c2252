import type { Change } from '../../directory/directory.ts';

/** A line of what one daemon tells the others of a directory that it follows for all of them. */
export interface ToldLine {
  /** One telling: from where it took the directory up until it left off. */
  readonly session: string;
  /** Its how-manieth line it is. The first one, 0, is laid down before the directory is asked anything. */
  readonly n: number;
  /** The daemon's name, for people. */
  readonly by: string;
  /** Of the first line: the cursor that is gone on from; absent: everybody is listed. */
  readonly from?: string;
  /** None: a sign of life. */
  readonly changes: readonly Change[];
  /** The batch goes on in the next line that has changes. */
  readonly more?: true;
  /** A listing has begun by this line, and has not ended. */
  readonly isListing?: true;
}

/** A line as it is heard. */
export interface HeardLine extends ToldLine {
  /** Its place in the stream. */
  readonly id: string;
  /** How long ago it was laid down; absent: the clocks do not agree well enough to say. */
  readonly ageMs?: number;
}

/** Some lines of the stream, in order. */
export interface Page {
  readonly lines: readonly HeardLine[];
  /** Behind which the next page begins, whether its lines could be read or not. */
  readonly end: string;
  /** Whether there are no more now. */
  readonly isLast: boolean;
}

/** A turn to follow that is not taken anew is over after this. */
export const FOLLOW_TURN_MS = 6000;

/** What daemons take turns in: following the directory for all, and asking it for what they have missed. */
export type Turn = 'follow' | 'catch up';

/** Where daemons that mirror one directory meet. Nothing here rejects, or waits for long. */
export interface Together {
  /** This daemon's name, for people. */
  readonly name: string;
  /** Takes a turn, or goes on with it; `alone`: nobody can say. It ends by itself some seconds after that. */
  turn(what: Turn): Promise<'ours' | 'another' | 'alone'>;
  giveUp(what: Turn): void;
  /** Lays a line down behind all others; gives its place, absent: it was not taken, or those before it are gone. */
  lay(line: ToldLine): Promise<string | undefined>;
  /** The lines behind a place, absent: the first ones. Absent: nobody can say. */
  read(after?: string): Promise<Page | undefined>;
}
