import { recordOf } from '../../../record.ts';
import { Gap } from '../../directory.ts';

/** How far a database was told. It is the cursor of its feed, as JSON. */
export interface State {
  /** From when on changes are asked for, by the database's clock and in its words; absent: they are not. */
  readonly since?: string;
  /** When everybody was listed last, by our calendar. */
  readonly listedAt: number;
}

/** Reads a cursor. @throws {Gap} where it is none */
export function parseState(cursor: string): State {
  try {
    const { since, listedAt } = recordOf(JSON.parse(cursor));
    if (typeof listedAt === 'number') {
      return { ...(typeof since === 'string' && { since }), listedAt };
    }
  } catch {
    // It is told below.
  }
  throw new Gap('what was kept of the last listing can not be read');
}
