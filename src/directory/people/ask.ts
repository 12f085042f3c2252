import type { Ask, Directory, Entry } from '../directory.ts';
import { type CleanFigures, cleanEntry } from './clean.ts';
import { type HoldingRules, holders } from './owners.ts';

/** Asks a directory for whoever holds an address: what it gives, cleaned, and decided where several hold it. */
export const askEntries =
  (directory: Pick<Directory, 'find'>, rules: HoldingRules, figures: CleanFigures): Ask<Entry> =>
  async (address, signal) => {
    const entries = await directory.find(address, signal);
    return holders(
      entries.map((entry) => cleanEntry(entry, figures)),
      address,
      rules,
    );
  };
