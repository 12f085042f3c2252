import { z } from 'zod';
import type { KeyMode } from '../../maps/keys.ts';
import type { Imported } from './directories.ts';
import type { Note } from './reader.ts';

const name = z.string().min(1);
const number = z.union([z.number(), z.string()]).transform(String);

/** sockmapd's configuration. Its README calls the login `user`, its source `username`. Go reads names in any case. */
const configuration = z.object({
  sysconfig: z
    .object({
      port: number.optional(),
      log: z.string().optional(),
      logfile: z.string().optional(),
      loglevel: z.string().optional(),
    })
    .default({}),
  database: z.object({
    host: z.union([z.array(name), name.transform((one) => [one])]),
    port: number.default('3306'),
    username: z.string().optional(),
    user: z.string().optional(),
    password: z.string().optional(),
  }),
  postmaps: z.array(
    z.object({
      service: name,
      database: name,
      table: name,
      key: name,
      value: z.string().default(''),
      reason: z.string().default(''),
    }),
  ),
});

type Postmap = z.output<typeof configuration>['postmaps'][number];

/**
 * Makes directories and maps of sockmapd's configuration: a directory for each database, a map for each service.
 * @param keys what the maps of some services try for a key; sockmapd knows whole keys only
 * @throws {Error} where it can't be read
 */
export function importSockmapd(
  text: string,
  file: string,
  keys: ReadonlyMap<string, KeyMode>,
): Imported & { readonly listen: string } {
  const { sysconfig, database, postmaps } = configuration.parse(inLowerCase(JSON.parse(text)));
  const notes: Note[] = [];
  const note = (about: string, what: string, isEssential = false): void => {
    notes.push({ where: file, text: `${about}: ${what}`, isEssential });
  };
  const user = database.username ?? database.user;
  if (user === undefined) note('database.username', 'it is missing', true);
  if (sysconfig.log !== undefined || sysconfig.logfile !== undefined)
    note('sysconfig', 'its log is left out: idpmap writes to standard output');
  const byDatabase = Map.groupBy(postmaps, (each) => each.database);
  const directories = Object.fromEntries(
    [...byDatabase].map(([own, maps]) => [
      directoryName(own),
      {
        type: 'mysql',
        hosts: database.host.map((host) =>
          host.includes(':') ? host : hostAt(host, database.port),
        ),
        database: own,
        user,
        password:
          database.password === undefined ? undefined : { file: '/etc/idpmap/sockmapd.password' },
        tables: Object.fromEntries(maps.map((map) => [map.service, { query: queryOf(map, note) }])),
      },
    ]),
  );
  if (database.password !== undefined)
    note(
      'database.password',
      'write it alone into /etc/idpmap/sockmapd.password, for idpmap only to read',
    );
  if (database.host.some((host) => !/^(?:localhost|127\.|\[?::1)/.test(host)))
    note(
      'database.host',
      'sockmapd asks other machines without TLS, idpmap demands it there: set tls.ca, or encrypt: never if you have to',
      true,
    );
  const maps = Object.fromEntries(
    postmaps.map(({ service, database: own }) => [
      service,
      {
        kind: 'table',
        directory: directoryName(own),
        table: service,
        ...(keys.has(service) && { keys: keys.get(service) }),
      },
    ]),
  );
  for (const service of keys.keys())
    if (!Object.hasOwn(maps, service)) note('--keys', `there is no service ${service}`, true);
  return {
    settings: { directories, maps },
    replacements: [],
    notes,
    listen: `tcp://127.0.0.1:${sysconfig.port ?? '2224'}`,
  };
}

const hostAt = (host: string, port: string): string => (port === '3306' ? host : `${host}:${port}`);

const directoryName = (database: string): string =>
  database
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '') || 'sockmapd';

/**
 * The statement for one service. sockmapd pastes the key into its own; here it is a parameter. What it finds is compared
 * once more, for the database may take `änn` for `ann`.
 */
function queryOf(
  { service, table, key, value, reason }: Postmap,
  note: (about: string, what: string, isEssential?: boolean) => void,
): string {
  const names = [table, key, value, reason].filter((each) => each !== '');
  const odd = names.find((each) => !/^[\w.]+$/.test(each));
  if (odd !== undefined)
    note(service, `${JSON.stringify(odd)} is no plain name, look at its query`, true);
  const answered = answerOf({ key, value, reason });
  return `SELECT ${answered}, ${key} AS idpmap_key FROM ${table} WHERE ${key} = '%s'`;
}

function answerOf({ key, value, reason }: Pick<Postmap, 'key' | 'value' | 'reason'>): string {
  if (value === '') return key;
  if (reason === '') return value;
  return `CONCAT(${value}, IF(COALESCE(${reason}, '') = '', '', CONCAT(' ', ${reason})))`;
}

/** Go takes a member whatever the case of its name. */
function inLowerCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inLowerCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([own, each]) => [own.toLowerCase(), inLowerCase(each)]),
  );
}
