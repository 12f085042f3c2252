// Asks Keycloak for users, with a loop of undici's that asks what idpmap's directory asks and no more, or with that
// directory. Its argument is a LoopJob as JSON; each line of its input, the number of the first user, is one round; what
// it prints of it is a LoopRound as JSON.
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { Secret } from '../../src/config/sources/secret.ts';
import { valuesOf } from '../../src/directory/finding.ts';
import { keycloak } from '../../src/directory/keycloak/type.ts';
import { createKept } from '../../src/directory/trust/kept.ts';
import { openDirectory } from '../../src/directory/types.ts';
import { silentLog } from '../../src/log.ts';
import { propertyOf } from '../../src/record.ts';
import type { LoopJob, LoopRound } from './keycloak.ts';

const job: LoopJob = JSON.parse(process.argv[2] ?? '{}');
const { origin, connections, realm, clientId, clientSecret, domain } = job;

/** One way to ask for a user. */
interface Way {
  readonly ask: (address: string) => Promise<number>;
  readonly tokens: () => number;
}

async function createBare(): Promise<Way> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const token = await fetchToken(pool);
  return {
    ask: async (address) => {
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: `/admin/realms/${realm}/users?email=${encodeURIComponent(address)}&exact=true&briefRepresentation=true&max=10`,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      });
      const rows: unknown = JSON.parse(await body.text());
      return statusCode === 200 && Array.isArray(rows) ? rows.length : 0;
    },
    tokens: () => 1,
  };
}

async function fetchToken(pool: Pool): Promise<string> {
  const { body } = await pool.request({
    method: 'POST',
    path: `/realms/${realm}/protocol/openid-connect/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }).toString(),
  });
  return String(propertyOf(await body.json(), 'access_token'));
}

async function createOwn(): Promise<Way> {
  const hooks = {
    name: 'bench',
    log: silentLog,
    changed: () => {},
    delimiters: '+',
    domainsChanged: () => {},
    kept: createKept(),
  };
  const directory = await openDirectory(
    keycloak.schema.parse({
      type: 'keycloak',
      url: origin,
      realm,
      clientId,
      clientSecret: new Secret(clientSecret),
      connections,
    }),
    hooks,
  );
  const { signal } = new AbortController();
  return {
    ask: async (address) => valuesOf(await directory.find(address, { signal })).length,
    tokens: () => directory.figures?.['tokens'] ?? Number.NaN,
  };
}

const way = job.way === 'bare' ? await createBare() : await createOwn();

async function run(from: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    while (next < from + job.lookups) {
      const address = `user${next++}@${domain}`;
      if ((await way.ask(address)) !== 1) throw new Error(`${address} was not found`);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
}

for await (const line of createInterface({ input: process.stdin })) {
  await run(Number(line));
  const round: LoopRound = { from: Number(line), tokens: way.tokens() };
  process.stdout.write(`${JSON.stringify(round)}\n`);
}
