import { createStoreWriter } from '../../src/mirror/store/storewriter.ts';

/** Writes a mirror's file until it is killed: a listing of 200 people, and then changes, each batch with its mark. */
const [path = '', first = '0'] = process.argv.slice(2);
const writer = createStoreWriter({ path, fingerprint: 'f', guard: 0.1 });

/** The round is in everything that one batch writes: what a file says of two rounds was never written. */
const person = (i: number, round: number) => ({
  id: `p${i}`,
  kind: 'account' as const,
  address: `p${i}@example.org`,
  aliases: [`a${i}.${round}@example.org`],
  logins: [`r${round}`],
  members: [],
  enabled: true,
  names: [`n${i}`],
});

writer.carryOut({ do: 'begin' });
process.stdout.write('begun\n');
for (let round = Number(first); ; round++) {
  const entries = Array.from({ length: 200 }, (_, i) => [`p:p${i}`, person(i, round)] as const);
  const removed = `p:p${round % 200}`;
  writer.carryOut({
    do: 'apply',
    now: round,
    stamp: { at: round },
    changes: [
      { kind: 'put', entries: entries.filter(([ref]) => ref !== removed) },
      { kind: 'gone', refs: [removed] },
      { kind: 'mark', cursor: String(round), agoMs: 0, nextMs: 1000 },
    ],
  });
}
