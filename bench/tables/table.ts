import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemonProcess } from '../../test/support/daemon.ts';
import { findFreePorts } from '../../test/support/loopback.ts';
import { MAP, UNLIMITED } from '../daemon.ts';
import { DOMAIN } from '../questions.ts';

/** Rows of a table. */
export const PEOPLE = 20_000;

/** Where an idpmap listens, and its process. */
export interface Started {
  readonly wire: string;
  readonly pid: number;
}

/** One directory, and the two that read the same table of it by the same statement. */
export interface Tables extends Started {
  /** Where Postfix's programs find their main.cf. */
  readonly place: string;
  /** Postfix's own table, as `postmap` is told of it. */
  readonly own: string;
}

/** Starts idpmap, which is to remember nothing, over one directory with a table `forwards`; gives where it listens. */
export async function startTableDaemon(
  place: string,
  section: object,
  resources: AsyncDisposableStack,
): Promise<Started> {
  const [port = 0] = await findFreePorts(1);
  writeFileSync(
    join(place, 'idpmap.yaml'),
    JSON.stringify({
      listen: `tcp://127.0.0.1:${port}`,
      control: join(place, 'control'),
      http: 'off',
      deadline: '10s',
      cache: { fresh: '0ms', freshNone: '0ms' },
      domains: { [DOMAIN]: { directory: 'database' } },
      directories: { database: { limit: UNLIMITED, ...section } },
      maps: { [MAP]: { kind: 'table', directory: 'database', table: 'forwards' } },
    }),
  );
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
  resources.defer(() => daemon.stop());
  return { wire: `127.0.0.1:${port}`, pid: daemon.pid };
}
