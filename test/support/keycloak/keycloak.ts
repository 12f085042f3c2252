import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateFiles, makeCertificates } from '../ldap/certificates.ts';
import type { RunningProcess } from '../process.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../temporary.ts';
import { type Admin, createAdmin } from './admin.ts';
import { CERTIFICATE_CLIENT } from './clients.ts';
import { type Database, databaseParameters } from './database.ts';
import { type BuildOptions, builtTree } from './distribution.ts';
import { endGently, findPorts, launch, layOut, type Ports } from './instance.ts';
import type { RealmOptions } from './realms.ts';
import { type Seed, seedBeside, seedFor } from './seed.ts';

/** How a server differs from the others. Each combination is built and seeded once, which takes a minute or two. */
export interface KeycloakOptions extends BuildOptions, RealmOptions {
  /** Further parameters of its start: `--http-max-queued-requests=5` for instance. They need no building. */
  readonly parameters?: readonly string[];
  /** The port of the database that it keeps its data in, where that is not the one of `beside` itself: a proxy's. */
  readonly databasePort?: number;
  /** The database that it keeps its data in; absent: one of its own, in a file. */
  readonly beside?: Database;
}

/** A real Keycloak on 127.0.0.1, with the realms of `realms.ts`. It ends, at the latest, with this process. */
export interface KeycloakServer {
  /** Ends in the relative path, where there is one; without a slash. */
  readonly url: string;
  readonly httpsUrl: string;
  /** PEM file of the authority that signed its certificate, which is for 127.0.0.1 and localhost. */
  readonly ca: string;
  /** Of http. */
  readonly port: number;
  readonly httpsPort: number;
  /** The process that leads its others. */
  readonly pid: number;
  /** PEM files: with them, `CERTIFICATE_CLIENT` logs in. */
  readonly clientCertificate: { readonly cert: string; readonly key: string };
  /** PEM file of the key that `JWT_CLIENT` signs with, by ES256. */
  readonly jwtKey: string;
  /** The directory of its programs: `bin/kcadm.sh`. */
  readonly home: string;
  /** What it wrote to standard output and error. */
  output(): string;
  /** Starts it again with the data that it had, and waits until it is ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Lets it stand still, with its connections open, until `resume`. */
  suspend(): void;
  resume(): void;
  /** Ends it at once, where it runs, and removes its files. */
  remove(): Promise<void>;
  readonly admin: Admin;
}

/** How long a test's hook should allow for a start: Maven may have to fetch the server, which is then built and seeded. */
export const KEYCLOAK_START_MS = 400_000;

/** Starts a server. Where that fails, nothing is left of it. */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<KeycloakServer> {
  const { parameters = [], beside, databasePort = beside?.port } = options;
  const { home, seed } = await prepare(options);
  const directory = await makeTemporaryDirectory('idpmap-keycloak');
  const server = createServer({
    home,
    seed,
    directory,
    ports: await findPorts(),
    relativePath: options.relativePath ?? '',
    parameters: [
      ...parameters,
      ...(beside === undefined || databasePort === undefined
        ? []
        : databaseParameters(beside.kind, databasePort)),
    ],
  });
  try {
    await layOut(directory.path, home);
    await makeCertificates(directory.path, `CN=${CERTIFICATE_CLIENT}`);
    if (beside === undefined) {
      await cp(seed.database, join(directory.path, 'data', 'h2'), { recursive: true });
    } else await beside.restore(seed.database);
    await server.start();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}

/** Builds the server, and what it starts from, where they are not kept yet. */
async function prepare({
  relativePath,
  features,
  bulk,
  beside,
}: KeycloakOptions): Promise<Pick<Facts, 'home' | 'seed'>> {
  const build: BuildOptions = {
    ...(beside !== undefined && { database: beside.kind }),
    ...(relativePath !== undefined && { relativePath }),
    ...(features !== undefined && { features }),
  };
  const home = await builtTree(build);
  const realms = bulk === undefined ? {} : { bulk };
  const seed = await (beside === undefined
    ? seedFor(home, build, realms)
    : seedBeside(beside.kind, home, build, realms));
  return { home, seed };
}

interface Facts {
  readonly home: string;
  readonly seed: Seed;
  readonly directory: TemporaryDirectory;
  readonly ports: Ports;
  readonly relativePath: string;
  readonly parameters: readonly string[];
}

function createServer(facts: Facts): KeycloakServer {
  const { directory, ports, relativePath } = facts;
  const { ca, clientCert, clientKey } = certificateFiles(directory.path);
  const url = `http://127.0.0.1:${ports.http}${relativePath}`;
  const life = createLife(() => launch(directory.path, ports, facts.parameters));
  return {
    url,
    httpsUrl: `https://127.0.0.1:${ports.https}${relativePath}`,
    ca,
    port: ports.http,
    httpsPort: ports.https,
    get pid() {
      return life.current().pid;
    },
    clientCertificate: { cert: clientCert, key: clientKey },
    jwtKey: facts.seed.jwtKey,
    home: facts.home,
    output: () => life.current().output(),
    start: life.start,
    stop: async () => {
      // A suspended process does not hear that it should stop.
      life.signal('SIGCONT');
      await endGently(life.current());
      await life.end();
    },
    kill: async () => {
      life.signal('SIGKILL');
      await life.end();
    },
    suspend: () => life.signal('SIGSTOP'),
    resume: () => life.signal('SIGCONT'),
    remove: async () => {
      await life.end();
      await directory.remove();
    },
    admin: createAdmin(url),
  };
}

interface Life {
  readonly current: () => RunningProcess;
  readonly start: () => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly end: () => Promise<void>;
}

function createLife(begin: () => Promise<RunningProcess>): Life {
  let running: RunningProcess | undefined;
  const current = (): RunningProcess => {
    if (running === undefined) throw new Error('keycloak does not run');
    return running;
  };
  return {
    current,
    start: async () => {
      if (running !== undefined) throw new Error('keycloak runs already');
      running = await begin();
    },
    signal: (name) => {
      if (current().ended() === undefined) process.kill(-current().pid, name);
    },
    end: async () => {
      await running?.stop();
      running = undefined;
    },
  };
}
