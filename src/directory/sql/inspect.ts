import { reasonOf } from '../../reason.ts';
import type { Remark } from '../directory.ts';
import { templateKey } from '../templates/template.ts';
import type { SqlConnection } from './connect/connection.ts';
import type { Engine } from './engine.ts';
import { NOBODY, type Part } from './parts.ts';
import type { PeopleParts } from './people/find.ts';
import type { Table } from './tables.ts';
import type { Trusts } from './trust/trusts.ts';

export interface InspectOptions<Host> {
  readonly hosts: readonly Host[];
  readonly engine: Engine<Host>;
  readonly open: (host: Host, signal: AbortSignal) => Promise<SqlConnection>;
  readonly parts: PeopleParts;
  readonly list: Part | undefined;
  readonly tables: ReadonlyMap<string, Table>;
  readonly trusts: Trusts;
}

/** Looks at each server: whether it lets us in, takes all statements, and proves an absence. */
export async function inspectSql<Host>(
  options: InspectOptions<Host>,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const remarks = await Promise.all(
    options.hosts.map((host) => inspectHost(host, options, signal)),
  );
  return remarks.flat();
}

async function inspectHost<Host>(
  host: Host,
  { engine, open, parts, list, tables, trusts }: InspectOptions<Host>,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const server = engine.name(host);
  const all = [...Object.values(parts), list, ...[...tables.values()].map(({ part }) => part)];
  try {
    const connection = await open(host, signal);
    try {
      const failed: Remark[] = [];
      for (const part of all.filter((each) => each !== undefined)) {
        const fault = await tryPart(part, connection);
        if (fault !== undefined) failed.push({ level: 'failed', text: fault });
      }
      if (failed.length > 0) return failed;
      const seen = await trusts.people.proof(connection);
      return [{ level: 'ok', text: `${server}: ${['all statements run', ...seen].join(', ')}` }];
    } finally {
      connection.close();
    }
  } catch (error) {
    return [{ level: 'failed', text: reasonOf(error) }];
  }
}

async function tryPart(part: Part, connection: SqlConnection): Promise<string | undefined> {
  const values = part.bind(templateKey(NOBODY));
  if (values === undefined) return undefined;
  try {
    await connection.run(part.text, values);
    return undefined;
  } catch (error) {
    return `${part.name}: ${reasonOf(error)}`;
  }
}
