import type { MirrorFigures } from '../figures.ts';
import type { Order, Result, Rival, Shown } from '../store/orders.ts';
import type { Confirm } from './confirm.ts';

export interface RivalOptions {
  readonly give: (order: Order) => Promise<Result>;
  readonly confirm: Confirm;
  readonly figures: Pick<MirrorFigures, 'confirmed'>;
  readonly now: () => number;
}

/** So many are asked for before what comes of it is kept. */
const MOST = 48;

/** Whoever has more addresses is left to the next listing. */
const MOST_ADDRESSES = 20;

/**
 * Asks for those whose address somebody else was told to have. Gone is only whom none of their addresses leads to any more;
 * whom two have in the directory, too, stays. Who can't be asked for now is asked for the next time.
 */
export async function askRivals({ give, confirm, figures, now }: RivalOptions): Promise<void> {
  for (;;) {
    const { rivals = [] } = await give({ do: 'rivals', most: MOST });
    if (rivals.length === 0) return;
    const elsewhere: string[] = [];
    const answered = await askThese(rivals, confirm, figures, elsewhere);
    const gone = answered.filter(([, said]) => said === 'gone').map(([ref]) => ref);
    const people = answered.flatMap(([ref, said]): Shown[] =>
      typeof said === 'object' ? [[ref, said]] : [],
    );
    if (gone.length > 0) await give({ do: 'gone', refs: gone, elsewhere, now: now() });
    if (people.length > 0) await give({ do: 'shown', people, now: now() });
    await give({ do: 'settled', refs: answered.map(([ref]) => ref) });
    if (answered.length < rivals.length) return;
  }
}

type Said = Exclude<Awaited<ReturnType<Confirm>>, 'another'>;

/**
 * Asks until nobody can be asked any more.
 * @param elsewhere takes the addresses that others have
 */
async function askThese(
  rivals: readonly Rival[],
  confirm: Confirm,
  { confirmed }: Pick<MirrorFigures, 'confirmed'>,
  elsewhere: string[],
): Promise<readonly (readonly [ref: string, said: Said])[]> {
  const answered: [string, Said][] = [];
  for (const rival of rivals) {
    const said = await ask(rival, confirm, elsewhere);
    confirmed[said === 'gone' || said === 'unknown' ? said : 'found'] += 1;
    if (said === 'unknown') break;
    answered.push([rival.ref, said]);
  }
  return answered;
}

async function ask(
  { ref, id, addresses }: Rival,
  confirm: Confirm,
  elsewhere: string[],
): Promise<Said> {
  if (addresses.length > MOST_ADDRESSES) return 'there';
  for (const address of addresses) {
    const said = await confirm({ ref, id, address });
    if (said === 'another') elsewhere.push(address);
    else if (said !== 'gone') return said;
  }
  return 'gone';
}
