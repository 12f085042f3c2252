/** So few may always be lost, unless they are more than half: somebody has cleaned up. */
const FEW = 5;

/** How many of so many may be lost: more than that are held. With a guard of 0 every loss is. */
export const allowance = (total: number, guard: number): number =>
  guard === 0 ? 0 : Math.max(guard * total, Math.min(FEW, total / 2));

/** What is held, in words. */
export const describeLoss = ({
  lost,
  accounts,
  groups,
}: {
  readonly lost: number;
  readonly accounts: number;
  readonly groups: number;
}): string =>
  `${lost} people vanished from the mirror or were disabled, ${accounts + groups} are in it`;
