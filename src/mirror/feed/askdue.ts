import type { Entry } from '../../directory/directory.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Due, Judgement } from '../store/orders.ts';
import type { Confirm } from './confirm.ts';

export interface AskDueOptions {
  readonly confirm: Confirm;
  readonly figures: Pick<MirrorFigures, 'confirmed'>;
}

/** What the directory says of some who have lost addresses. */
export interface Asked {
  readonly judged: readonly Judgement[];
  /** Whom a listing left out, and who is there. */
  readonly there: readonly (readonly [ref: string, entry?: Entry])[];
  /** Whether it said something of each. */
  readonly areAllSaid: boolean;
}

/** So many are asked for at once. */
const AT_ONCE = 4;

/**
 * Asks for people before they are let go: nobody is let go, accepted or not, whom the directory still shows. A feed may have told gone whom it only
 * could not see for a moment, and a listing shows who moved away from an address and not always who has it now.
 */
export async function askDue(
  due: readonly Due[],
  { confirm, figures: { confirmed } }: AskDueOptions,
): Promise<Asked> {
  const judged: Judgement[] = [];
  const there: (readonly [ref: string, entry?: Entry])[] = [];
  let areAllSaid = true;
  const left = [...due];
  const askNext = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const said = await ask(one, confirm);
      confirmed[countAs(said)] += 1;
      if (said === 'unknown') areAllSaid = false;
      else if ('there' in said) there.push(said.there);
      else judged.push(...said.judged);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return { judged, there, areAllSaid };
}

type Said =
  | { readonly there: readonly [ref: string, entry?: Entry] }
  | { readonly judged: readonly Judgement[] }
  | 'unknown';

const countAs = (said: Said): 'unknown' | 'found' | 'gone' => {
  if (said === 'unknown') return said;
  return 'there' in said || said.judged.some(({ is }) => is === 'elsewhere') ? 'found' : 'gone';
};

async function ask({ ref, id, lost, isLeftOut }: Due, confirm: Confirm): Promise<Said> {
  const judged: Judgement[] = [];
  for (const { address, at } of lost) {
    const said = await confirm({ ref, id, address });
    if (said === 'unknown') return said;
    if (isLeftOut && said === 'there') return { there: [ref] };
    if (isLeftOut && typeof said === 'object') return { there: [ref, said] };
    judged.push({ ref, address, at, is: isServed(said) ? 'elsewhere' : 'gone' });
  }
  return { judged };
}

/** Whoever is told gone, or disabled, and is shown enabled under their address, may be so by a copy that is behind: each lookup asks. */
const isServed = (said: Awaited<ReturnType<Confirm>>): boolean =>
  typeof said === 'object' ? said.enabled : said !== 'gone';
