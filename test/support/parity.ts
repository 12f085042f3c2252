import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { runCommand, startDaemonProcess } from './daemon.ts';
import { run } from './ldap/run.ts';
import { findFreePorts } from './loopback.ts';
import { writeSettled } from './postfix/settled.ts';

/** What a table has, by key. */
export type Found = Readonly<Record<string, string>>;

/** Postfix's own tables, and those that `idpmap import` has made of their files. */
export interface Parity {
  /** What Postfix's own table has for these keys. Rejects where it can't say it. */
  own(table: string, keys: readonly string[]): Promise<Found>;
  ours(table: string, keys: readonly string[]): Promise<Found>;
  /** What `idpmap import` has printed. */
  readonly printed: string;
}

export interface ParityOptions {
  readonly type: 'ldap' | 'pgsql' | 'mysql' | 'sqlite';
  /** A directory for all files. */
  readonly place: string;
  /** The files of the tables, by name. */
  readonly tables: Readonly<Record<string, string>>;
  /** What stands in the file `password`, for the one whose file `complete` names. */
  readonly password: string;
  /** Adds to the section of a directory what is not imported. */
  readonly complete: (section: Record<string, unknown>) => void;
}

/** As much of an imported configuration as is added to. */
const imported = z.looseObject({
  directories: z.record(z.string(), z.looseObject({})),
});

/** Imports the tables and starts idpmap with what was made of them; `resources` end it. */
export async function startParity(
  { type, place, tables, password, complete }: ParityOptions,
  resources: AsyncDisposableStack,
): Promise<Parity> {
  const fileOf = (name: string): string => join(place, `${name}.cf`);
  for (const [name, lines] of Object.entries(tables)) await writeSettled(fileOf(name), lines);
  await writeSettled(join(place, 'main.cf'), 'compatibility_level = 3.6\n');

  const files = Object.keys(tables).map(fileOf);
  const { code, stdout, stderr } = await runCommand(['import', `${type}-table`, ...files]);
  if (code !== 0) throw new Error(`idpmap import ends with ${code}: ${stderr}`);
  const { directories, ...rest } = imported.parse(parse(stdout));
  await writeFile(join(place, 'password'), password);
  for (const section of Object.values(directories)) complete(section);
  const [port = 0] = await findFreePorts(1);
  const listen = `tcp://127.0.0.1:${port}`;
  const domains = { 'example.test': { directory: Object.keys(directories)[0] } };
  // A group of 1600 takes its time.
  const config = { ...rest, deadline: '10s', listen, control: 'control', domains, directories };
  await writeFile(join(place, 'idpmap.yaml'), stringify(config));
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
  resources.defer(() => daemon.stop());

  const ask = async (table: string, keys: readonly string[]): Promise<Found> => {
    const output = await run('postmap', ['-c', place, '-q', '-', table], `${keys.join('\n')}\n`);
    const lines = output.split('\n').filter((line) => line !== '');
    return Object.fromEntries(lines.map((line) => line.split('\t', 2)));
  };
  return {
    own: (table, keys) => ask(`${type}:${fileOf(table)}`, keys),
    ours: (table, keys) => ask(`socketmap:inet:127.0.0.1:${port}:${table}`, keys),
    printed: stdout,
  };
}

/** A thousand keys, each once: those that are given, and nobody's. */
export function thousandKeys(given: readonly string[]): readonly string[] {
  const all = new Set(given);
  for (let i = 0; all.size < 1000; i++) all.add(`no${i}@example.test`);
  return [...all];
}
