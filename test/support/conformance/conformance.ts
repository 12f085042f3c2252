import { describe } from 'vitest';
import { describeAccounts } from './accounts.ts';
import { describeGroups } from './groups.ts';
import { describeKeys } from './keys.ts';
import { describeMaps } from './maps.ts';
import type { Examined } from './subject.ts';
import { describeTables } from './tables.ts';

export { describeEssentials } from './essentials.ts';
export type { Ability, Examined, GroupLimits, Subject } from './subject.ts';

/**
 * Registers what every directory has to do, whatever it is made of, with the people of `population.ts`. What it can't hold
 * stands in the title.
 */
export function describeConformance(examined: Examined): void {
  const { lacks } = examined.subject;
  const remark = lacks.length === 0 ? '' : ` (it has no ${lacks.join(', no ')})`;
  describe(`as every directory${remark}`, () => {
    describeAccounts(examined);
    describeGroups(examined);
    describeKeys(examined);
    describeMaps(examined);
    describeTables(examined);
  });
}
