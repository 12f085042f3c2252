import { dirname } from 'node:path';
import type { PlacedRemark } from '../remark.ts';
import type { Facts, Place } from './facts.ts';
import { failed, type Look, warning } from './look.ts';
import { findBarrier, formatMode, has, STRANGER } from './rights.ts';

/** The files that idpmap reads and writes beside its sockets: secrets that it can read and nobody else, places it can write to. */
export const lookAtFiles: Look = (facts) => [
  ...facts.loaded.watched.flatMap((path) => judgeRead(path, facts)),
  ...writtenFiles(facts).flatMap(({ setting, path }) => judgeWritten(setting, path, facts)),
];

/** What is written to, by setting. */
export function writtenFiles({
  loaded: { settings },
}: Pick<Facts, 'loaded'>): readonly { readonly setting: string; readonly path: string }[] {
  const { control, state, cache } = settings;
  return [
    ...(control === undefined ? [] : [{ setting: 'control', path: control }]),
    ...(state === undefined || state === 'off' ? [] : [{ setting: 'state', path: state }]),
    ...(cache.file === undefined ? [] : [{ setting: 'cache.file', path: cache.file }]),
  ];
}

function judgeRead(path: string, facts: Facts): readonly PlacedRemark[] {
  const { user, loaded } = facts;
  const place = facts.places.get(path);
  if (place?.file === undefined) return [];
  const { file } = place;
  const isConfig = path === loaded.file;
  const barrier = findBarrier(user, place.above);
  if (barrier !== undefined || !has(user, 'read', file)) {
    const what = barrier ?? file;
    return [
      failed(
        path,
        `${user.name} (uid ${user.uid}) may not read it: ${what.path} has mode ${formatMode(what.mode)}, owner ${what.uid}, group ${what.gid}`,
        barrier === undefined
          ? `chgrp ${user.name} ${path} && chmod 640 ${path}, or tell doctor who runs idpmap: --user NAME`
          : `chgrp ${user.name} ${what.path} && chmod g+x ${what.path}`,
      ),
    ];
  }
  if (isConfig || !isOpenTo(place)) return [];
  return [
    warning(
      path,
      `holds a secret, and everybody on this machine may read it (mode ${formatMode(file.mode)})`,
      `chown root:${user.name} ${path} && chmod 640 ${path}`,
    ),
  ];
}

const isOpenTo = ({ file, above }: Place): boolean =>
  file !== undefined && has(STRANGER, 'read', file) && findBarrier(STRANGER, above) === undefined;

function judgeWritten(setting: string, path: string, facts: Facts): readonly PlacedRemark[] {
  const { user } = facts;
  const place = facts.places.get(path);
  // The directory of the control socket is made.
  if (place === undefined || (setting === 'control' && place.holder === 'absent')) return [];
  const directory = dirname(path);
  const tell = (text: string, mend: string): readonly PlacedRemark[] => {
    const told = setting === 'control' ? failed : warning;
    return [told(`${setting}: ${path}`, `${text}: ${CONSEQUENCES[setting]}`, mend)];
  };
  if (place.holder === 'absent')
    return tell(`${directory} does not exist`, `install -d -o ${user.name} -m 700 ${directory}`);
  if (place.holder === 'other')
    return tell(`${directory} is no directory`, `let "${setting}" name another path`);
  const [own] = place.above;
  const barrier =
    findBarrier(user, place.above) ?? (own && has(user, 'write', own) ? undefined : own);
  if (barrier === undefined) return [];
  return tell(
    `${user.name} (uid ${user.uid}) may not write to ${directory} (${barrier.path} has mode ${formatMode(barrier.mode)}, owner ${barrier.uid})`,
    `chown ${user.name} ${directory}, or tell doctor who runs idpmap: --user NAME`,
  );
}

/** What it means that one can't be written. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  control: 'idpmap does not start',
  state: 'what is held and accepted is forgotten at a restart',
  'cache.file': 'memory is lost at a restart',
};

/** A file that is dated so much later than now was written while the clock was wrong, or it is wrong now. */
const AHEAD_MS = 5 * 60_000;

/** The system's clock: ages of what is kept, certificates and tokens are read by it. */
export const lookAtClock: Look = ({ clock, places, loaded }) => {
  const remarks: PlacedRemark[] = [];
  if (clock.isKept === false)
    remarks.push(
      warning(
        'the clock',
        'is not kept right (timedatectl: NTPSynchronized=no): certificates and tokens are taken for expired once it is wrong',
        'timedatectl set-ntp true, or set up chrony',
      ),
    );
  const ahead = [...loaded.watched, ...writtenFiles({ loaded }).map(({ path }) => path)].filter(
    (path) => (places.get(path)?.file?.changedAt ?? 0) > clock.now + AHEAD_MS,
  );
  const [first] = ahead;
  if (first !== undefined)
    remarks.push(
      warning(
        'the clock',
        `says ${new Date(clock.now).toISOString()}, and ${first} was written later: one of both is wrong`,
        'look at date and timedatectl; ages of what is remembered follow the clock over a restart of the machine',
      ),
    );
  return remarks;
};
