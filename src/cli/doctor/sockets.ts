import { dirname } from 'node:path';
import { formatEndpoint, type UnixEndpoint } from '../../net/endpoint.ts';
import type { PlacedRemark } from '../remark.ts';
import type { Account, Facts, FileFact, Place } from './facts.ts';
import { failed, fine, type Look } from './look.ts';
import { findBarrier, formatMode, has, type Ownership } from './rights.ts';

const DEFAULT_MODE = 0o660;

/** The Unix sockets that Postfix is to ask: where they lie, whom they are given to, and whether Postfix may connect. */
export const lookAtSockets: Look = (facts) =>
  unixEndpoints(facts).flatMap((endpoint) => {
    const place = facts.places.get(endpoint.path);
    if (place === undefined) return [];
    const faults = [...judgePlace(endpoint, place, facts), ...judgeGroup(endpoint, place, facts)];
    return faults.length > 0 ? faults : judgeAsker(endpoint, place, facts);
  });

/** Those of listeners for Postfix. */
export const unixEndpoints = ({ loaded }: Pick<Facts, 'loaded'>): readonly UnixEndpoint[] =>
  loaded.settings.listen.flatMap(({ endpoint, client = 'postfix' }) =>
    endpoint.kind === 'unix' && client === 'postfix' ? [endpoint] : [],
  );

function judgePlace(
  endpoint: UnixEndpoint,
  place: Place,
  { user }: Facts,
): readonly PlacedRemark[] {
  const about = formatEndpoint(endpoint);
  const fault = faultOf(endpoint, place, user);
  if (fault !== undefined) return [failed(about, ...fault)];
  const [own, ...above] = place.above;
  const barrier = findBarrier(user, above);
  if (barrier !== undefined)
    return [failed(about, cannotPass(user, barrier), letPass(user, barrier))];
  if (own === undefined || (has(user, 'write', own) && has(user, 'search', own))) return [];
  return [
    failed(
      about,
      `${nameOf(user)} may not write to ${own.path} (mode ${formatMode(own.mode)}, owner ${own.uid}, group ${own.gid})`,
      `chown ${user.name} ${own.path}, or tell doctor who runs idpmap: --user NAME`,
    ),
  ];
}

/** What keeps anybody from listening there, and the remedy. */
function faultOf(
  { path, group = 'postfix' }: UnixEndpoint,
  { holder, file, unsafe }: Place,
  user: Account,
): readonly [text: string, mend: string] | undefined {
  const directory = dirname(path);
  const another = 'let "listen" name another path';
  if (holder === 'absent') {
    const make = `install -d -o ${user.name} -g ${group} -m 2750 ${directory}`;
    return [`its directory ${directory} does not exist`, make];
  }
  if (holder === 'other') return [`${directory} is no directory`, another];
  if (file !== undefined && file.kind !== 'socket') {
    const what = file.kind === 'directory' ? 'directory' : 'file';
    return [`a ${what} is there, and no socket`, `remove ${path}, or ${another}`];
  }
  if (unsafe === undefined) return undefined;
  return [
    `anybody may write to ${unsafe}, and answer in idpmap's place`,
    `chmod o-w ${unsafe}, or let "listen" name a directory of its own`,
  ];
}

function judgeGroup(endpoint: UnixEndpoint, place: Place, facts: Facts): readonly PlacedRemark[] {
  const { group } = endpoint;
  if (group === undefined) return [];
  const about = formatEndpoint(endpoint);
  const gid = groupOf(group, facts);
  if (gid === undefined)
    return [
      failed(
        about,
        `its group "${group}" does not exist: idpmap does not start`,
        `write group=${nameOfGroup(facts) ?? 'postfix'}, Postfix's own`,
      ),
    ];
  const { user } = facts;
  const isOwn = user.uid === 0 || user.gid === gid || user.groups.includes(gid);
  if (isOwn || inheritedGroup(place) === gid) return [];
  return [
    failed(
      about,
      `${nameOf(user)} is no member of the group ${group}, so it can't give the socket to it`,
      `hand the group on by its directory: chgrp ${group} ${dirname(endpoint.path)} && chmod g+s ${dirname(endpoint.path)}`,
    ),
  ];
}

/** What a directory with the set-group-id bit gives to what is made in it. */
function inheritedGroup({ above: [own] }: Place): number | undefined {
  return own !== undefined && (own.mode & 0o2000) !== 0 ? own.gid : undefined;
}

const groupOf = (group: string, { groups }: Pick<Facts, 'groups'>): number | undefined =>
  /^\d+$/.test(group) ? Number(group) : groups.get(group);

const nameOfGroup = ({ asker, groups }: Facts): string | undefined =>
  [...groups].find(([, gid]) => gid === asker?.gid)?.[0];

/** Whether Postfix may connect, to the socket that is there or, where none is, to the one that will be. */
function judgeAsker(endpoint: UnixEndpoint, place: Place, facts: Facts): readonly PlacedRemark[] {
  const { asker } = facts;
  if (asker === undefined) return [];
  const about = formatEndpoint(endpoint);
  const way = inQueue(place.above, facts);
  const barrier = findBarrier(asker, way);
  if (barrier !== undefined)
    return [failed(about, cannotPass(asker, barrier), letPass(asker, barrier))];
  const wanted = ownershipOf(endpoint, place, facts);
  const group = nameOfGroup(facts) ?? 'postfix';
  const remedy = `write ${about}?mode=0660&group=${group}`;
  if (!has(asker, 'write', wanted))
    return [failed(about, `${nameOf(asker)} may not connect: ${whoMay(wanted, facts)}`, remedy)];
  const found = place.file;
  if (found !== undefined && !has(asker, 'write', found))
    return [
      failed(
        about,
        `${nameOf(asker)} may not connect to the socket that is there now: ${whoMay(found, facts)}`,
        'reload or restart idpmap, which makes it as "listen" says, and leave its mode and group to that',
      ),
    ];
  return [fine(about, `Postfix may connect: ${whoMay(found ?? wanted, facts)}`)];
}

/** A daemon of Postfix's stands in its queue directory, or is jailed in it: what is above does not matter. */
function inQueue(above: readonly FileFact[], { postfix }: Facts): readonly FileFact[] {
  const queue = postfix?.parameters.get('queue_directory');
  const end = above.findIndex(({ path }) => path === queue);
  return end === -1 ? above : above.slice(0, end + 1);
}

/** Whose the socket will be. */
function ownershipOf(endpoint: UnixEndpoint, place: Place, facts: Facts): Ownership {
  const { user } = facts;
  const group = endpoint.group === undefined ? undefined : groupOf(endpoint.group, facts);
  return {
    mode: endpoint.mode ?? DEFAULT_MODE,
    uid: user.uid,
    gid: group ?? inheritedGroup(place) ?? user.gid,
  };
}

function whoMay({ mode, uid, gid }: Ownership, facts: Facts): string {
  const group = [...facts.groups].find(([, each]) => each === gid)?.[0] ?? String(gid);
  const owner = uid === facts.user.uid ? facts.user.name : `uid ${uid}`;
  const others = [
    ...((mode & 0o200) === 0 || uid === 0 ? [] : [owner]),
    ...((mode & 0o020) === 0 ? [] : [`the group ${group}`]),
    ...((mode & 0o002) === 0 ? [] : ['everybody']),
  ];
  return `root${others.map((each) => `, ${each}`).join('')} may (mode ${formatMode(mode)})`;
}

const nameOf = ({ name, uid }: Account): string => `${name} (uid ${uid})`;

const cannotPass = (user: Account, barrier: FileFact): string =>
  `${nameOf(user)} may not pass ${barrier.path} (mode ${formatMode(barrier.mode)}, owner ${barrier.uid}, group ${barrier.gid})`;

const letPass = ({ name }: Account, { path }: FileFact): string =>
  `chmod o+x ${path}, or chmod g+x ${path} and give it to the group that ${name} has first`;
