import fc from 'fast-check';
import { expect } from 'vitest';
import { foldAddress } from '../../src/address/address.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { createKept } from '../../src/directory/trust/kept.ts';
import { CONTAINERS, dnOf, openOver, person, team } from '../directory/ldap/memory/open.ts';
import {
  type Attributes,
  type MemoryServer,
  startMemory,
} from '../directory/ldap/memory/server.ts';
import { SETTINGS } from '../directory/ldap/tablefixture.ts';
import { STORED, type Step, step, VIEWS, type What } from './sightsteps.ts';

const employee = (uid: string): Readonly<Record<string, Attributes>> =>
  person(uid, {
    mail: STORED[uid] ?? `${uid}@example.org`,
    mailAlternateAddress: `${uid}.alias@example.org`,
    accountStatus: 'active',
    maildrop: `${uid}@store`,
  });

/** Who is always there, so that somebody shows each attribute. */
const STAFF: Readonly<Record<string, Attributes>> = {
  ...CONTAINERS,
  ...employee('wim'),
  ...employee('zoe'),
  ...employee('svc'),
  ...team('others', ['wim', 'zoe']),
};

const TABLE = {
  ...SETTINGS,
  queryFilter: '(&(objectClass=inetOrgPerson)(accountStatus=active)(mail=%s))',
};

/**
 * Runs any sequence of rights withdrawn and restored, people who come and go, restarts and questions against an LDAP
 * directory in memory: whoever is there is never denied, and a group never loses a member in silence.
 */
export async function checkSight(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const server = await startMemory(STAFF);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24, size: 'max' }), (steps) =>
      live(server, steps, seen),
    ),
    { numRuns: runs, endOnFailure: shrinks === 'no' },
  );
  return seen;
}

async function live(
  server: MemoryServer,
  steps: readonly Step[],
  seen: Map<string, number>,
): Promise<void> {
  const kept = createKept();
  const open = (own = kept): Directory => openOver(server, { tables: { t: TABLE } }, { kept: own });
  restore(server);
  server.entries.clear();
  for (const [dn, attributes] of Object.entries({ ...STAFF, ...team('team', ['wim', 'ann']) }))
    server.entries.set(dn, attributes);
  const life = { directory: open(), server, seen };
  // What was seen before is known: a directory that never showed an attribute may have none.
  for (const asked of ['address', 'alias', 'row'] as const) await ask(life, 'wim', asked);
  await askTeam(life);
  for (const each of steps) {
    if (each.do === 'restart') {
      await life.directory.close();
      life.directory = open();
    } else if (each.do === 'begin') await begin(life, open(createKept()), each.name);
    else await take(life, each);
  }
  await life.directory.close();
}

/** Asks a directory that knows of nobody yet. */
async function begin(life: Life, directory: Directory, uid: string): Promise<void> {
  const { sees } = life.server.rights;
  life.server.rights.sees = VIEWS['itself alone'] ?? sees;
  await ask({ ...life, directory }, uid, 'address');
  await directory.close();
  life.server.rights.sees = sees;
}

interface Life {
  readonly directory: Directory;
  readonly server: MemoryServer;
  readonly seen: Map<string, number>;
}

async function take(life: Life, each: Exclude<Step, { do: 'begin' | 'restart' }>): Promise<void> {
  if (isChange(each)) return change(life.server, each);
  switch (each.do) {
    case 'ask':
      return ask(life, each.name, each.what);
    case 'team':
      return askTeam(life);
    case 'arrive':
      put(life.server, employee(each.name));
      return ask(life, each.name, each.what);
    case 'overlook':
      return overlook(life, each);
  }
}

type Change = Extract<Step, { do: 'members' | 'come' | 'go' | 'withdraw' | 'view' | 'restore' }>;

const isChange = (each: Step): each is Change =>
  ['members', 'come', 'go', 'withdraw', 'view', 'restore'].includes(each.do);

function change(server: MemoryServer, each: Change): void {
  switch (each.do) {
    case 'members':
      return put(server, team('team', each.names));
    case 'come':
      return put(server, employee(each.name));
    case 'go':
      return void server.entries.delete(dnOf(each.name));
    case 'withdraw':
      return void server.rights[each.way].add(each.attribute);
    case 'view':
      server.rights.sees = VIEWS[each.view] ?? (() => true);
      return;
    case 'restore':
      return restore(server);
  }
}

async function overlook(
  life: Life,
  { name: uid, what: asked, attribute }: Step & { do: 'overlook' },
): Promise<void> {
  const { server } = life;
  restore(server);
  server.entries.delete(dnOf(uid));
  await ask(life, uid, asked);
  put(server, employee(uid));
  server.rights.hidden.add(attribute);
  await ask(life, uid, asked);
  restore(server);
}

function put(server: MemoryServer, entries: Readonly<Record<string, Attributes>>): void {
  for (const [dn, attributes] of Object.entries(entries)) server.entries.set(dn, attributes);
}

function restore({ rights }: MemoryServer): void {
  rights.hidden.clear();
  rights.unread.clear();
  rights.sees = () => true;
}

const signal = new AbortController().signal;

/** Somebody who is there is found, or it is not known. */
async function ask({ directory, server, seen }: Life, uid: string, what: What): Promise<void> {
  const stored =
    what === 'alias' ? `${uid}.alias@example.org` : (STORED[uid] ?? `${uid}@example.org`);
  const key = foldAddress(stored);
  const question =
    what === 'row'
      ? directory.table?.({ table: 't' })(key, { signal })
      : directory.find(key, { signal });
  const isThere = server.entries.has(dnOf(uid));
  const status = await statusOf(question);
  count(seen, `${what} ${status}`);
  if (status === 'none') expect(isThere, `${what} of ${uid}, who was denied`).toBe(false);
  if (status === 'found') expect(isThere, `${what} of ${uid}, who was found`).toBe(true);
}

/** A group that is found has all its members who are there. */
async function askTeam({ directory, server, seen }: Life): Promise<void> {
  const finding = await Promise.resolve(directory.find('team@example.org', { signal })).catch(
    () => undefined,
  );
  count(seen, `team ${finding?.status ?? 'unknown'}`);
  if (finding === undefined) return;
  expect(finding.status).toBe('found');
  const { member = [] } = server.entries.get('cn=team,ou=groups,dc=x') ?? {};
  const members = typeof member === 'string' ? [member] : member;
  const there = members.filter((dn) => server.entries.has(dn));
  const got = finding.status === 'found' ? finding.value.flatMap((entry) => entry.members) : [];
  expect(got, `the members of ${members.join(' and ')}`).toHaveLength(there.length);
}

async function statusOf(
  question:
    | ReturnType<Directory['find']>
    | ReturnType<ReturnType<NonNullable<Directory['table']>>>
    | undefined,
): Promise<string> {
  try {
    return (await question)?.status ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

const count = (seen: Map<string, number>, label: string): void =>
  void seen.set(label, (seen.get(label) ?? 0) + 1);
