import { type Ask, type Directory, type Entry, Fault } from '../directory.ts';
import { findingOf } from '../finding.ts';
import { adopt, andThen } from '../maybe.ts';
import { type CleanFigures, cleanEntry } from './clean.ts';
import { type HoldingRules, holders } from './owners.ts';

/** Asks a directory for whoever holds an address: what it gives, cleaned, and decided where several hold it. */
export const askEntries =
  (directory: Pick<Directory, 'find'>, rules: HoldingRules, figures: CleanFigures): Ask<Entry> =>
  (address, how) =>
    andThen(adopt(directory.find(address, how)), (finding) => {
      if (finding.status === 'none') return finding;
      const holding = holders(
        finding.value.map((entry) => cleanEntry(entry, figures)),
        address,
        rules,
      );
      return {
        ...finding,
        ...findingOf(holding, () => {
          // That others were shown proves nothing of whoever was asked for.
          throw new Fault('entry', 'the directory shows somebody who does not hold this address');
        }),
      };
    });
