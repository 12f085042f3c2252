import { propertyOf } from '../../record.ts';
import { Fault } from '../directory.ts';
import type { Row, Session } from '../sql/engine.ts';
import { textsIn } from '../sql/people/values.ts';

/** No right to see it. */
const NO_RIGHT = 1227;
/** No such statement: MySQL has had it since 8.0.22. */
const NO_SYNTAX = 1064;

/** Which of the two it is. */
export type Product = 'mariadb' | 'mysql';

/**
 * Looks whether a server is the original: one that may be written, and follows no other. Whether what it follows is far ahead
 * does not count, nor whether it follows at all just now: a thread that has stopped is as far behind as one can be.
 * @throws {Fault} `doubt` where it is, or may be, a copy
 */
export async function believeOriginal(
  run: Session['run'],
  server: string,
  product: Product,
): Promise<readonly string[]> {
  const [[row], followed] = await Promise.all([
    run('SELECT @@global.read_only AS copy', []),
    followedBy(run, product),
  ]);
  if (!/^(?:0|off)$/i.test(String(row?.['copy'])))
    throw doubt(`${server} is read-only, as a copy is`);
  if (followed === 'another') throw doubt(`${server} is a copy of another server`);
  if (followed === 'maybe')
    throw doubt(
      `${server} is a copy of another server, or was one (GRANT SLAVE MONITOR ON *.* shows us which)`,
    );
  return ['it may be written', ...(followed === 'none' ? ['follows no other server'] : [])];
}

const doubt = (what: string): Fault =>
  new Fault(
    'doubt',
    `${what}, so nobody is believed to be absent: ask the original first, or set replicas: trust`,
  );

/** Whom a server follows: `unseen` where the login may not see it, and nothing else shows that it does. */
type Followed = 'another' | 'none' | 'maybe' | 'unseen';

async function followedBy(run: Session['run'], product: Product): Promise<Followed> {
  try {
    const rows = await (product === 'mariadb'
      ? run('SHOW ALL SLAVES STATUS', [])
      : run('SHOW REPLICA STATUS', []).catch((error: unknown) =>
          numberOf(error) === NO_SYNTAX ? run('SHOW SLAVE STATUS', []) : Promise.reject(error),
        ));
    return rows.length > 0 ? 'another' : 'none';
  } catch (error) {
    if (numberOf(error) !== NO_RIGHT) throw error;
    return product === 'mariadb' ? hintsOf(run) : 'unseen';
  }
}

/** What MariaDB shows to everybody: what it took over last, and how often another server shows that it lives. */
async function hintsOf(run: Session['run']): Promise<Followed> {
  const [[position], status] = await Promise.all([
    run('SELECT @@global.gtid_slave_pos AS position', []),
    run(
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Slaves_running', 'Slave_heartbeat_period')",
      [],
    ),
  ]);
  const hasFollowed =
    textsIn(position?.['position']).length > 0 ||
    status.some((row: Row) => Number(row['value']) > 0);
  return hasFollowed ? 'maybe' : 'unseen';
}

const numberOf = (error: unknown): unknown => propertyOf(error, 'errno');
