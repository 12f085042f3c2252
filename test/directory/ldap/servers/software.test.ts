import { expect, test } from 'vitest';
import { CONTAINERS, openOver, person, says, team } from '../memory/open.ts';
import { startMemory } from '../memory/server.ts';
import { result } from '../peer.ts';

/** How many searches of one question came before the first answer, where the server calls itself so. */
async function atOnce(vendorName: string): Promise<number> {
  const server = await startMemory({ ...CONTAINERS, ...person('ann'), ...team('team', ['ann']) });
  server.vendorName = vendorName;
  const directory = openOver(server);
  await says(directory, 'ann@example.org');
  const waiting: (() => void)[] = [];
  let most = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const branch of ['inetOrgPerson', 'groupOfNames'])
    server.replies.set(branch, (id, socket) => {
      waiting.push(() => socket.write(result(id)));
      most = Math.max(most, waiting.length);
      resolve();
      // Whoever waits for its turn is not sent at all; the others came in the same piece.
      setImmediate(() => waiting.shift()?.());
    });
  await says(directory, 'team@example.org');
  await promise;
  return most;
}

test.each(['389 Project', '389-Directory/2.3.1 B2023.052.0000'])(
  'a server that calls itself %s is asked one question at a time, whatever the preset',
  async (vendorName) => {
    expect(await atOnce(vendorName)).toBe(1);
  },
);

test.each(['', 'Samba Team (https://www.samba.org)', 'Oracle 389'])(
  'a server that calls itself %j is asked several at once',
  async (vendorName) => {
    expect(await atOnce(vendorName)).toBe(2);
  },
);

test.each([
  ['openldap', '389 Project', 'account', true],
  ['389ds', '389 Project', 'account', false],
  ['openldap', '389 Project', 'base', false],
  ['openldap', '', 'account', false],
] as const)(
  'a preset %s for a server that calls itself %j, with proof: %s, is told of: %s',
  async (preset, vendorName, proof, isTold) => {
    const server = await startMemory({ ...CONTAINERS, ...person('ann'), ...person('bob') });
    server.vendorName = vendorName;
    const remarks = await openOver(server, { preset, proof }).inspect?.(
      new AbortController().signal,
    );
    expect(JSON.stringify(remarks).includes('set preset: 389ds')).toBe(isTold);
  },
);
