import { createStoreWriter } from '../../src/mirror/store/storewriter.ts';

/** Writes a mirror's file until the disk takes no more, and goes on with what still fits. Says what was said. */
const [path = ''] = process.argv.slice(2);
// The system would end us for a file that is too large; a full disk only says so.
process.on('SIGXFSZ', () => {});
const writer = createStoreWriter({ path, fingerprint: 'f', guard: 0.1 });

const put = (from: number, to: number, cursor: string): string => {
  const entries = Array.from({ length: to - from }, (_, i) => {
    const id = `p${from + i}`;
    const logins = [`${id}-${'x'.repeat(500)}`];
    const address = `${id}@example.org`;
    return [
      `p:${id}`,
      {
        id,
        kind: 'account' as const,
        address,
        aliases: [],
        logins,
        members: [],
        enabled: true,
        names: [],
      },
    ] as const;
  });
  try {
    const changes = [
      { kind: 'put', entries } as const,
      { kind: 'mark', cursor, agoMs: 0, nextMs: 1000 } as const,
    ];
    writer.carryOut({ do: 'apply', now: 1, stamp: { at: 1 }, changes });
    return 'kept';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

writer.carryOut({ do: 'begin' });
process.stdout.write(JSON.stringify([put(0, 10, 'a'), put(10, 20_000, 'b'), put(10, 12, 'c')]));
