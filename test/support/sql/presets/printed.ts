import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { check } from '../../../../src/cli/check/check.ts';
import { propertyOf, recordOf } from '../../../../src/record.ts';
import { capture } from '../../command.ts';

/** What `init` has printed. */
export interface Printed {
  readonly config: string;
  /** What its commands tell the client of the database. */
  readonly sql: string;
  /** The directory of the configuration, with its files found from anywhere. */
  readonly section: object;
}

/** A busy machine of the tests is no fault of the database. */
const PATIENCE = { statementTimeout: '20s', timeout: '20s' };

/** Has `init` print, and runs its commands in `place` with a client that keeps what it is told. */
export async function printInit(
  init: (options: { only: 'config' | 'commands' }) => Promise<number>,
  place: string,
): Promise<Printed> {
  const told = join(place, 'told');
  for (const client of ['psql', 'mysql'])
    await writeFile(join(place, client), `#!/bin/sh\ncat >'${told}'\n`, { mode: 0o755 });
  const { text: config } = await capture(() => init({ only: 'config' }));
  const { text: commands } = await capture(() => init({ only: 'commands' }));
  execFileSync('sh', ['-c', commands], {
    cwd: place,
    env: { PATH: `${place}:${process.env['PATH']}` },
  });
  return { config, sql: await readFile(told, 'utf8'), section: sectionOf(config, place) };
}

function sectionOf(config: string, place: string): object {
  const [section] = Object.values(parse(config).directories);
  const { password, ...rest } = recordOf(section);
  return {
    ...rest,
    ...PATIENCE,
    password: { file: join(place, String(propertyOf(password, 'file'))) },
  };
}

/** A printed configuration that waits longer. */
export function patient(config: string): string {
  const read = parse(config);
  const directories = Object.fromEntries(
    Object.entries(recordOf(read.directories)).map(([name, section]) => [
      name,
      { ...recordOf(section), ...PATIENCE },
    ]),
  );
  return stringify({ ...read, directories, deadline: '20s' });
}

/** What `idpmap check` has to say against a printed configuration. */
export async function checkPrinted(config: string, place: string): Promise<readonly string[]> {
  const file = join(place, 'printed.yaml');
  await writeFile(file, `listen: unix:socketmap\nhttp: off\ncontrol: control\n${patient(config)}`);
  const { text } = await capture(() => check({ config: file, queueDirectory: place }));
  return text.split('\n').filter((line) => line.startsWith('failed'));
}
