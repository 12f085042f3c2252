import type pg from 'pg';
import { preciseClock } from '../../../clock.ts';
import { reasonOf } from '../../../reason.ts';
import { createServers, type Servers } from '../../connections/servers.ts';
import { Fault, type Remark } from '../../directory.ts';
import type { SqlHost } from '../../sql/settings/host.ts';
import { waitFor, withinTime } from '../../waiting.ts';
import { connect, isAlone, nameOf, type PostgresqlAccess, settingsOf } from '../client.ts';
import { faultOf } from '../errors.ts';
import type { PostgresqlSettings } from '../settings.ts';

/** A connection that hears what is notified. */
export interface Listening {
  readonly server: string;
  /** Resolves when it has ended, with why. */
  readonly ended: Promise<string>;
  readonly close: () => void;
}

/** So often is looked whether a silent connection is alive: nothing else would tell that its other end is gone. */
const LOOK_MS = 3000;
/** Then it is given up. */
const SILENCE_MS = 3000;

/** What opens a connection that listens on a channel, to the first server that has one: a copy has none. */
export const createListeners = (
  channel: string,
  settings: PostgresqlSettings,
  hear: (payload: string) => void,
  figures: Record<string, number>,
): Servers<Listening> =>
  createServers({
    endpoints: settings.hosts,
    async open(host: SqlHost, signal) {
      try {
        return await listen(host, { access: settings, channel, hear, figures }, signal);
      } catch (error) {
        throw faultOf(error, nameOf(host));
      }
    },
    connectMs: settings.connectTimeout,
    coolMs: settings.returnAfter,
    clock: preciseClock,
  });

/** Whether a channel can be listened on now, for `idpmap check`. */
export async function tryListening(
  channel: string,
  settings: PostgresqlSettings,
  signal: AbortSignal,
): Promise<Remark> {
  try {
    const { connection } = await createListeners(channel, settings, () => {}, {}).open(signal);
    connection.close();
    return { level: 'ok', text: `${connection.server}: notifications on ${channel} are heard` };
  } catch (error) {
    const text = `notify: ${reasonOf(error)}; until it is mended, changes count by time`;
    return { level: 'warning', text };
  }
}

interface ListenOptions {
  readonly access: PostgresqlAccess;
  readonly channel: string;
  /** Called with the payload of each notification. */
  readonly hear: (payload: string) => void;
  readonly figures: Record<string, number>;
}

/** On a connection of its own: those of the questions are replaced at any time. */
async function listen(
  host: SqlHost,
  { access, channel, hear, figures }: ListenOptions,
  signal: AbortSignal,
): Promise<Listening> {
  const begin = async (client: pg.Client): Promise<void> => {
    client.on('notification', ({ payload = '' }) => hear(payload));
    // First: behind a pooler, what is set would be another's.
    await refusePooler(client, host);
    await client.query(settingsOf(access, 'SESSION'));
    await client.query(`LISTEN "${channel}"`);
  };
  const { client, destroy, ended } = await connect(host, access, begin, figures, signal);
  const life = new AbortController();
  const silent = Promise.withResolvers<string>();
  let timer: NodeJS.Timeout | undefined;

  const late = (): Error => new Error(`no answer in ${SILENCE_MS} ms`);
  const look = async (): Promise<void> => {
    try {
      const ask = () => client.query('SELECT 1');
      await withinTime((own) => waitFor(ask(), own, late), SILENCE_MS, life.signal);
      if (!life.signal.aborted) lookLater();
    } catch (error) {
      silent.resolve(reasonOf(error));
      close();
    }
  };
  const lookLater = (): void => {
    timer = setTimeout(() => void look(), LOOK_MS);
    timer.unref();
  };
  const close = (): void => {
    clearTimeout(timer);
    life.abort();
    destroy();
  };
  lookLater();
  return { server: nameOf(host), ended: Promise.race([silent.promise, ended]), close };
}

/** @throws {Fault} where others have the session between two transactions, and what is notified with it */
async function refusePooler(client: pg.Client, host: SqlHost): Promise<void> {
  if (await isAlone(client)) return;
  throw new Fault(
    'directory',
    `${nameOf(host)} is a pooler, such as PgBouncer, through which nothing is heard: name the server itself in hosts, or leave notify out`,
  );
}
