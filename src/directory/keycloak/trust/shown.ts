import { isRecord } from '../../../record.ts';
import { Refused } from '../http/faults.ts';

/**
 * Reads a list as it was shown. It may be empty, or end early, because Keycloak hides people or lost its database, so only
 * `trust/` reads lists: whoever wants rows asks `listing.ts`, which knows the second way to ask for each.
 * @throws {Refused} where `content` is no list of `what`
 */
export function readShown<T>(
  content: unknown,
  what: string,
  read: (raw: unknown) => T | undefined,
): readonly T[] {
  if (!Array.isArray(content)) {
    throw new Refused(`keycloak answers with no list of ${what}`);
  }
  return content.map((raw: unknown) => {
    const row = read(raw);
    if (row === undefined) {
      throw new Refused(`keycloak lists among ${what} something that is none`);
    }
    return row;
  });
}

/** Reads a number of rows. @throws {Refused} where `content` is none */
export function readCount(content: unknown): number {
  // Groups are counted in an object.
  const count = isRecord(content) ? content['count'] : content;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw new Refused('keycloak counts, and answers with no number');
}
