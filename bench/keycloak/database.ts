/**
 * Asks a real Keycloak over a real MariaDB or PostgreSQL for people who are there, while its connections to the database break: by
 * restarts of the database, or by a proxy that ends those that are idle, as balancers do. A none is a bounce.
 * At the end it says what a none costs, in questions to Keycloak and in milliseconds.
 * Usage: node bench/keycloak/database.ts restarts 20 | idle 30 (minutes) | none 0 (only what that costs), then mariadb | postgres
 */
import { subscribe } from 'node:diagnostics_channel';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startDatabase } from '../../test/support/keycloak/database.ts';
import {
  type KeycloakSection,
  keycloakSection,
  openKeycloak,
} from '../../test/support/keycloak/directory.ts';
import { startKeycloak } from '../../test/support/keycloak/keycloak.ts';
import { findUser } from '../../test/support/keycloak/subject.ts';

const [, , what = 'restarts', count = '20', kind = 'mariadb'] = process.argv;
const IDLE_MS = 15_000;
const NONES = 200;

/** People, aliases and groups who are there. */
const THERE = [
  'ann@example.test',
  'bob@example.test',
  'gina@example.test',
  'hal@example.test',
  'a.smith@example.test',
  'team@example.test',
  'nested@example.test',
  ...Array.from({ length: 40 }, (_, i) => `u${String(i + 1).padStart(4, '0')}@example.test`),
];

let isUp = false;
let questions = 0;
subscribe('undici:request:create', () => {
  questions += 1;
});
const database = await startDatabase(kind === 'postgres' ? kind : 'mariadb');
const port = what === 'idle' ? await startBalancer(database.port) : database.port;
const server = await startKeycloak({ beside: database, databasePort: port });
// Only then, for a start does not survive it.
isUp = true;
const directory = await openKeycloak(keycloakSection(server, 'http', { federation: 'none' }));
const outcomes: Record<string, number> = {};
const wrong: string[] = [];

try {
  await findUser(server, 'ann');
  for (let i = 0; i < 5; i++) await round(4);
  for (const key of Object.keys(outcomes)) delete outcomes[key];
  if (what === 'idle') await idle(Number(count) * 60_000);
  if (what === 'restarts') for (let i = 0; i < Number(count); i++) await restart();
  isUp = false;
  const asked = Object.values(outcomes).reduce((sum, each) => sum + each, 0);
  console.log(JSON.stringify({ kind, what, count, asked, outcomes, wrong }));
  for (const changes of [{}, { aliasAttribute: undefined, groupAttribute: undefined }]) {
    console.log(JSON.stringify(await costOfNone(changes)));
  }
} finally {
  await directory.close();
  await server.remove();
  await database.remove();
  process.exit(wrong.length > 0 ? 1 : 0);
}

async function restart(): Promise<void> {
  await round(6);
  await database.stop();
  await round(4);
  await database.start();
  for (let i = 0; i < 4; i++) await round(1 + i);
}

async function idle(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await round(1 + Math.trunc(Math.random() * 6));
    await wait(IDLE_MS * (0.8 + 0.4 * Math.random()));
    console.log(JSON.stringify(outcomes));
  }
}

/** Asks for addresses that nobody has, one after the other, once Keycloak is well and warm again. */
async function costOfNone(changes: KeycloakSection): Promise<unknown> {
  const own = await openKeycloak(
    keycloakSection(server, 'http', { federation: 'none', ...changes }),
  );
  const time = async (key: string): Promise<number> => {
    const begin = performance.now();
    await own.find(key, { signal: AbortSignal.timeout(5000) });
    return performance.now() - begin;
  };
  try {
    for (let i = 0; i < NONES; i++) await time(`cold${i}@example.test`).catch(() => {});
    const before = questions;
    const times: number[] = [];
    for (let i = 0; i < NONES; i++) {
      await time(`stranger${i}@example.test`).then(
        (ms) => times.push(ms),
        () => {},
      );
    }
    times.sort((a, b) => a - b);
    const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => times[Math.trunc(share * times.length)]);
    const of = Object.keys(changes).length === 0 ? 'e-mail, alias and group' : 'e-mail alone';
    // The probe that proves it comes on top: one question for all that are under way.
    return { of, nones: times.length, questions: (questions - before) / NONES, p50Ms, p99Ms };
  } finally {
    await own.close();
  }
}

/** Asks for everybody, `width` at a time. */
async function round(width: number): Promise<void> {
  const keys = THERE.toSorted(() => Math.random() - 0.5);
  const worker = async (): Promise<void> => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) note(key, await ask(key));
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function ask(key: string): Promise<string> {
  try {
    const finding = await directory.find(key, { signal: AbortSignal.timeout(5000) });
    if (finding.status === 'none') return 'none';
    const [entry] = finding.value;
    return entry.kind === 'group' && entry.members.length === 0 ? 'none' : 'found';
  } catch (error) {
    return error instanceof Error && 'kind' in error ? String(error.kind) : 'unknown';
  }
}

function note(key: string, outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  if (outcome === 'none') wrong.push(`${new Date().toISOString()} ${key}`);
}

/** A balancer that ends connections which were idle for so long. */
async function startBalancer(target: number): Promise<number> {
  const balancer = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setTimeout(IDLE_MS, () => {
        if (isUp) end();
      });
      socket.on('error', end);
      socket.on('close', end);
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => {
    balancer.listen(0, '127.0.0.1', resolve);
  });
  balancer.unref();
  const address = balancer.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
