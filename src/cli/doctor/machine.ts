import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { wallClock } from '../../clock.ts';
import { type Endpoint, formatEndpoint } from '../../net/endpoint.ts';
import { pathOf } from '../postfix/postconf.ts';
import type { Account, Holder, Machine } from './facts.ts';
import { findHolderOf, findOurs } from './holders.ts';
import { readPlace } from './places.ts';

/** What of the machine is wanted. */
export interface Wanted {
  /** Who runs the daemon, by name or number; absent: whoever asks. */
  readonly user?: string;
  /** As whom Postfix asks, by name; absent: it is not known. */
  readonly asker?: string;
  readonly places: readonly string[];
  readonly endpoints: readonly Endpoint[];
  /** Where the daemon takes commands: by that it is told from others. */
  readonly controlPath: string;
}

/** Reads the machine; changes nothing. What it may not see is left out. */
export async function readMachine(wanted: Wanted): Promise<Machine> {
  const [users, groups, ours, isKept] = await Promise.all([
    readLines('/etc/passwd'),
    readLines('/etc/group'),
    findOurs(wanted.controlPath),
    askTimedatectl(),
  ]);
  const accountOf = (name: string): Account | undefined => findAccount(name, users, groups);
  const asker = wanted.asker === undefined ? undefined : accountOf(wanted.asker);
  const places = await Promise.all([...new Set(wanted.places)].map(readPlace));
  const holders = await Promise.all(
    wanted.endpoints.map(
      async (each): Promise<[string, Holder]> => [
        formatEndpoint(each),
        await findHolderOf(each, ours),
      ],
    ),
  );
  return {
    user: (wanted.user === undefined ? undefined : accountOf(wanted.user)) ?? ownAccount(users),
    ...(asker === undefined ? {} : { asker: { ...asker, groups: [] } }),
    groups: new Map(groups.map(([name = '', , gid]) => [name, Number(gid)])),
    places: new Map(places.map((place) => [place.path, place])),
    holders: new Map(holders),
    addresses: new Set(
      Object.values(networkInterfaces())
        .flat()
        .flatMap((each) => (each === undefined || isIP(each.address) === 0 ? [] : [each.address])),
    ),
    clock: { now: wallClock.now(), ...(isKept === undefined ? {} : { isKept }) },
  };
}

type Line = readonly string[];

const readLines = async (path: string): Promise<readonly Line[]> =>
  (await readFile(path, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));

/** Whether there is such a user; those of LDAP and the like are not looked for. */
export const isKnownUser = async (name: string): Promise<boolean> =>
  findAccount(name, await readLines('/etc/passwd'), []) !== undefined;

function findAccount(
  name: string,
  users: readonly Line[],
  groups: readonly Line[],
): Account | undefined {
  const found = users.find(([each, , uid]) => each === name || uid === name);
  if (found === undefined) return undefined;
  const [own = '', , uid, gid] = found;
  return {
    name: own,
    uid: Number(uid),
    gid: Number(gid),
    groups: groups.flatMap(([, , number, members = '']) =>
      members.split(',').includes(own) ? [Number(number)] : [],
    ),
  };
}

/** Whoever asks, with the groups that this process has. */
function ownAccount(users: readonly Line[]): Account {
  const uid = process.getuid?.() ?? 0;
  const name = users.find(([, , each]) => Number(each) === uid)?.[0] ?? String(uid);
  return { name, uid, gid: process.getgid?.() ?? 0, groups: process.getgroups?.() ?? [] };
}

const TIMEDATECTL_MS = 2000;

/** Absent where there is no systemd to ask. */
function askTimedatectl(): Promise<boolean | undefined> {
  const options = { timeout: TIMEDATECTL_MS, env: { PATH: pathOf(process.env), LANG: 'C' } };
  const parameters = ['show', '--property=NTPSynchronized', '--value'];
  return new Promise((resolve) => {
    execFile('timedatectl', parameters, options, (error, stdout) => {
      const said = error === null ? stdout.trim() : '';
      resolve(said === 'yes' ? true : said === 'no' ? false : undefined);
    });
  });
}
