import {
  foldAddress,
  isPlainAddress,
  normaliseAddress,
  spellAddress,
} from '../../address/address.ts';
import { isFindable, type Spellings } from '../../address/spellings.ts';
import { type Entry, Fault, type Remark } from '../directory.ts';

/** The part of an entry that names its own address. */
export type OwnAddress = Pick<Entry, 'address' | 'spelling'>;

/** Reads what a directory gives as an entry's own address; what is none stays as it is, to be refused later. */
export function ownAddress(text: string): OwnAddress {
  if (isPlainAddress(text)) return { address: text };
  const spelling = spellAddress(text) ?? text;
  const address = foldAddress(spelling);
  return spelling === address ? { address } : { address, spelling };
}

/** Where an entry's mail is sent, with the letters that its directory has. */
export const mailAddress = ({ address, spelling = address }: OwnAddress): string => spelling;

/**
 * Called where none of `spellings` found anybody.
 * @throws {Fault} `entry` where somebody may be stored with another one
 */
export function believeAbsent({ areAll, texts }: Spellings): void {
  if (areAll) return;
  throw new Fault(
    'entry',
    `nobody has it in any of ${texts.length} spellings, and it has more than can be asked for`,
  );
}

/** What an administrator should know of the addresses that some entries hold, as the directory has them. */
export function remarkSpellings(addresses: readonly string[]): readonly Remark[] {
  const unasked = addresses.filter((text) => !isFindable(text));
  const alike = Map.groupBy(new Set(addresses), (text) => foldAddress(text))
    .values()
    .filter((texts) => new Set(texts.map(spellAddress)).size > 1);
  return [
    ...unasked
      .slice(0, MOST)
      .map((text) =>
        warning(
          `the address ${text} has letters that Postfix folds to others, and mail for ${normaliseAddress(text)} does not find it: write it so`,
        ),
      ),
    ...[...alike]
      .slice(0, MOST)
      .map((texts) =>
        warning(`Postfix takes ${texts.join(' and ')} for one address: leave it to one of them`),
      ),
  ];
}

/** So many addresses of each kind are told of. */
const MOST = 5;

const warning = (text: string): Remark => ({ level: 'warning', text });
