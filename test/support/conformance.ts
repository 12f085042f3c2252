import { describe } from 'vitest';
import { describeAccounts } from './conformance/accounts.ts';
import { describeGroups } from './conformance/groups.ts';
import { describeKeys } from './conformance/keys.ts';
import { describeMaps } from './conformance/maps.ts';
import type { Examined } from './conformance/subject.ts';
import { describeTables } from './conformance/tables.ts';

export { describeEssentials } from './conformance/essentials.ts';
export type { Ability, Examined, GroupLimits, Subject } from './conformance/subject.ts';

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
