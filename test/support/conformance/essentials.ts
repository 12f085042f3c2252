import { expect, test } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import {
  ask,
  personCalled,
  portraitOf,
  portraitOfTeam,
  portray,
  type Subject,
  teamCalled,
} from './subject.ts';

/** Registers the least that a directory has to do, for one more way to reach it. */
export function describeEssentials(open: () => Promise<Directory>, subject: Subject): void {
  test('finds an account', async () => {
    const found = await ask(await open(), 'ann@example.test');
    expect(found.map(portray)).toEqual([portraitOf(personCalled('ann'), subject)]);
  });

  test('knows that an address is nobody’s', async () => {
    expect(await ask(await open(), 'nobody@example.test')).toEqual([]);
  });

  test('finds a group within a group', async () => {
    const found = await ask(await open(), 'nested@example.test');
    expect(found.map(portray)).toEqual([portraitOfTeam(teamCalled('nested'), subject)]);
  });
}
