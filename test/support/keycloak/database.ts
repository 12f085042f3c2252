import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Postgresql, startPostgresql } from '../sql/postgresql.ts';
import { DATABASE, startMariadb } from './mariadb.ts';

const execute = promisify(execFile);

/** A database beside Keycloak, which starts, stops and breaks on its own. */
export interface Database {
  /** As Keycloak calls it. */
  readonly kind: 'mariadb' | 'postgres';
  readonly port: number;
  /** Writes the whole database into a file, or takes it from one. */
  dump(file: string): Promise<void>;
  restore(file: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts one with an empty database for Keycloak. */
export const startDatabase = (kind: Database['kind']): Promise<Database> =>
  kind === 'mariadb' ? startMariadb() : startPostgres();

/** Where a server finds its database. */
export const databaseParameters = (kind: Database['kind'], port: number): readonly string[] => [
  `--db-url=jdbc:${kind === 'mariadb' ? kind : 'postgresql'}://127.0.0.1:${port}/${DATABASE.name}`,
  `--db-username=${DATABASE.user}`,
  `--db-password=${DATABASE.password}`,
];

async function startPostgres(): Promise<Database> {
  const server = await startPostgresql(['max_connections = 200']);
  const { name, user, password } = DATABASE;
  try {
    await server.sql(
      `create role ${user} login password '${password}'; create database ${name} owner ${user}`,
      'postgres',
    );
  } catch (error) {
    await server.remove();
    throw error;
  }
  return { ...server, kind: 'postgres', ...backup(server) };
}

/** As Keycloak's own role, so that what is restored is its own. */
function backup({ socket, port }: Postgresql): Pick<Database, 'dump' | 'restore'> {
  const access = [
    `--host=${socket}`,
    `--port=${port}`,
    `--username=${DATABASE.user}`,
    `--dbname=${DATABASE.name}`,
  ];
  const run = async (command: string, parameters: readonly string[]): Promise<void> => {
    await execute(command, [...access, ...parameters]);
  };
  return {
    dump: (file) => run('pg_dump', [`--file=${file}`]),
    restore: (file) =>
      run('psql', ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--file=${file}`]),
  };
}
