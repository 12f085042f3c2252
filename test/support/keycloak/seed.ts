import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificates } from '../ldap/certificates.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { CERTIFICATE_CLIENT } from './clients.ts';
import { type Database, databaseParameters, startDatabase } from './database.ts';
import { type BuildOptions, fingerprint } from './distribution.ts';
import { endGently, findPorts, launch, layOut } from './instance.ts';
import { keep } from './kept.ts';
import { makeRealms, type RealmOptions } from './realms.ts';

/** What a server starts from: its database, and what clients prove themselves by. */
export interface Seed {
  /** The directory that is its `data/h2`. */
  readonly database: string;
  /** PEM file of the key that `JWT_CLIENT` signs with. */
  readonly jwtKey: string;
}

/** Gives the seed of a server with these realms, built as `tree`. */
export async function seedFor(
  tree: string,
  build: BuildOptions,
  realms: RealmOptions,
): Promise<Seed> {
  // The key is another one each time, so it does not count.
  const name = `seed-${fingerprint(build, makeRealms({}, realms))}`;
  const kept = await keep(name, (directory) => sow(directory, tree, realms));
  return seedIn(kept);
}

const seedIn = (directory: string): Seed => ({
  database: join(directory, 'h2'),
  jwtKey: join(directory, 'jwt.key'),
});

/** Gives the seed of a server over a database beside it: a file that the database is restored from. */
export async function seedBeside(
  kind: Database['kind'],
  tree: string,
  build: BuildOptions,
  realms: RealmOptions,
): Promise<Seed> {
  const name = `seed-${fingerprint(build, makeRealms({}, realms))}`;
  const kept = await keep(name, async (directory) => {
    const database = await startDatabase(kind);
    try {
      const take = (): Promise<void> => database.dump(seedIn(directory).database);
      const parameters = databaseParameters(kind, database.port);
      await sow(directory, tree, realms, { parameters, take });
    } finally {
      await database.remove();
    }
  });
  return seedIn(kept);
}

/** A database beside the server. */
interface Beside {
  readonly parameters: readonly string[];
  readonly take: () => Promise<void>;
}

/** Lets a server import the realms, and takes its database. */
async function sow(
  directory: string,
  tree: string,
  realms: RealmOptions,
  beside?: Beside,
): Promise<void> {
  const { database, jwtKey } = seedIn(directory);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(jwtKey, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  const nursery = await makeTemporaryDirectory('idpmap-keycloak-seed');
  try {
    await layOut(nursery.path, tree);
    await makeCertificates(nursery.path, `CN=${CERTIFICATE_CLIENT}`);
    const place = join(nursery.path, 'data', 'import');
    await mkdir(place);
    for (const realm of makeRealms(publicKey.export({ format: 'jwk' }), realms))
      await writeFile(join(place, `${String(realm['realm'])}-realm.json`), JSON.stringify(realm));
    const running = await launch(nursery.path, await findPorts(), [
      '--import-realm',
      ...(beside?.parameters ?? []),
    ]);
    await endGently(running);
    await running.stop();
    if (beside === undefined) await rename(join(nursery.path, 'data', 'h2'), database);
    else await beside.take();
  } finally {
    await nursery.remove();
  }
}
