import { bracketed } from '../net/endpoint.ts';
import type { Opened } from './engine.ts';
import { reach } from './reach.ts';
import { explainFailure, type Failure, Lasting } from './refusals.ts';
import { type Address, type Connection, named, type Place } from './settings.ts';

/** What one sentinel says. */
export interface Said {
  /** The sentinel, as it is written. */
  readonly name: string;
  readonly primary?: Address & { readonly host: string };
  /** Why it does not say. */
  readonly failure?: Failure;
}

type Sentinels = Extract<Connection, { kind: 'sentinel' }>;

/** A sentinel that says nothing for so long does not answer. */
const PATIENCE_MS = 1000;

/**
 * Asks all sentinels at once which engine is the primary, and believes the most: one that was cut off may name a former one.
 * @throws {Error} that tells what each of them said, where none names it
 */
export async function findPrimary(
  connection: Sentinels,
): Promise<Extract<Connection, { kind: 'one' }>> {
  const said: Said[] = [];
  const majority = Promise.withResolvers<void>();
  const asking = connection.sentinels.map(async (place) => {
    said.push(await askSentinel(place, connection.primary));
    if (mostNamed(said).votes * 2 > connection.sentinels.length) majority.resolve();
  });
  // Those who hang hold nobody up where the others agree.
  await Promise.race([majority.promise, Promise.all(asking)]);
  const { primary } = mostNamed(said);
  if (primary === undefined) {
    const reasons = said.map(({ name, failure }) => `${name}: ${failure?.reason}`);
    const Kind = said.some(({ failure }) => failure?.isLasting) ? Lasting : Error;
    throw new Kind(`no sentinel names ${connection.primary}: ${reasons.join('; ')}`);
  }
  return { kind: 'one', at: primary, access: named(connection.access, primary.host) };
}

/** Asks each of them; for people. Never rejects. */
export const askSentinels = ({ sentinels, primary }: Sentinels): Promise<readonly Said[]> =>
  Promise.all(sentinels.map((place) => askSentinel(place, primary)));

function mostNamed(said: readonly Said[]): Pick<Said, 'primary'> & { readonly votes: number } {
  const votes = new Map<string, number>();
  for (const { primary } of said)
    if (primary !== undefined)
      votes.set(addressOf(primary), (votes.get(addressOf(primary)) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  const [chosen] = said.flatMap(({ primary }) =>
    primary !== undefined && votes.get(addressOf(primary)) === most ? [primary] : [],
  );
  return { votes: most, ...(chosen !== undefined && { primary: chosen }) };
}

async function askSentinel({ name, at, access }: Place, primary: string): Promise<Said> {
  let opened: Opened | undefined;
  try {
    const reached = await reach({ kind: 'one', at, access }, PATIENCE_MS);
    opened = reached.opened;
    const reply: unknown = await reached.wait(
      opened.engine.call('SENTINEL', 'get-master-addr-by-name', primary),
    );
    if (!Array.isArray(reply)) throw new Lasting(`knows no ${primary}, see fleet.sentinel.primary`);
    const [host, port] = reply.map(String);
    return { name, primary: { host: host ?? '', port: Number(port) } };
  } catch (error) {
    return { name, failure: explainFailure(error, 'sentinel') };
  } finally {
    opened?.end();
  }
}

/** An engine's address, as people write it. */
export const addressOf = (at: Address): string =>
  'path' in at ? at.path : `${bracketed(at.host)}:${at.port}`;
