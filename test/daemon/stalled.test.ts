import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { keepBusy } from '../support/busy.ts';
import { listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

/** All at one directory, which is asked again and again however long it hangs, and has so long for an answer. */
const CONFIG = `
deadline: 20ms
cache: { fresh: 1ms }
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml, breaker: { minimum: 100000 } } }
`;

const ROUNDS = 20;
/** Longer than the deadline and the grace after it. */
const STALL_MS = 90;

test('a directory that hangs defers nobody known, whenever the process stands still for longer than a reply is waited for', async () => {
  const staff = createScripted();
  const rounds = Array.from({ length: ROUNDS }, (_, round) => [
    `ann${round}@example.org`,
    `bob${round}@example.org`,
  ]);
  employ(
    staff,
    rounds.flat().map((address) => account(address)),
  );
  const { ask } = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  const askBoth = (people: readonly string[]) =>
    people.map((address) => ask('user-exists', address));

  const during: string[] = [];
  for (const [round, people] of rounds.entries()) {
    staff.mode = 'well';
    await Promise.all(askBoth(people));
    staff.mode = 'hangs';
    // What timers were set for those before are due sooner or later in the stall, in any order.
    await wait(round);
    const asked = askBoth(people);
    await wait(2 + (round % 7));
    keepBusy(STALL_MS);
    during.push(...(await Promise.all(asked)));
  }
  expect(during).toEqual(rounds.flat().map((address) => `OK ${address}`));
});
