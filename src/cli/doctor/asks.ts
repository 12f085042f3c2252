import type { Facts } from './facts.ts';
import { listenerOf } from './reached.ts';

/** Whether a parameter has a table of this configuration's. */
export const isAskedOf = (parameter: string, facts: Facts): boolean =>
  asksFor((name) => name === parameter, facts);

/** Whether Postfix asks this configuration for anything. */
export const asksAny = (facts: Facts): boolean => asksFor(() => true, facts);

const asksFor = (isMeant: (parameter: string) => boolean, facts: Facts): boolean =>
  facts.postfix?.asked.some(
    (asked) => isMeant(asked.parameter) && listenerOf(asked, facts) !== undefined,
  ) ?? false;
