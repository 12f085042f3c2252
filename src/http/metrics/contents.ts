import { eachDirectory, eachDirectoryBy } from './each.ts';
import type { Family, Section } from './family.ts';
import type { MeteredDirectory } from './sources.ts';

const families: readonly Family[] = [
  eachDirectory(
    {
      name: 'idpmap_directory_values_dropped_total',
      type: 'counter',
      help: 'Addresses and logins that the directory gave and nobody can use.',
      advice: 'Look for spaces, commas and incomplete addresses in its attributes.',
    },
    ({ cleaned }) => cleaned.dropped,
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_domains',
      type: 'gauge',
      help: 'Domains that the directory lists, where it is asked for them; 0: it has not listed them since the start.',
      advice: '0: mail for its domains is delayed until it lists them.',
    },
    (served) => listOf(served, ({ names }) => names()?.size ?? 0),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_domains_held',
      type: 'gauge',
      help: '1 while a list of domains is held back, for it lost too much.',
      advice: 'If the list is right, run `idpmap accept DIRECTORY`; else mend the directory.',
    },
    (served) => listOf(served, ({ isHeld }) => (isHeld() ? 1 : 0)),
  ),
  eachDirectory(
    {
      name: 'idpmap_directory_domains_failures_total',
      type: 'counter',
      help: 'Times at which the directory did not list its domains.',
      advice: 'The last good list serves on. See `idpmap_directory_faults_total`.',
    },
    (served) => listOf(served, ({ figures }) => figures.failures),
  ),
  eachDirectoryBy(
    'credential',
    {
      name: 'idpmap_directory_credential_expiry_timestamp_seconds',
      type: 'gauge',
      help: 'When something that the directory is reached with expires (a token, a certificate), where its type tells.',
      advice: 'Soon, and not a token that is renewed by itself: renew it.',
    },
    expiriesOf,
  ),
  eachDirectoryBy(
    'figure',
    {
      name: 'idpmap_directory_figure',
      type: 'gauge',
      help: 'What is held, and what this type of directory counts besides, by names of its own: `held` is 1 while known people who vanish, or an edit of a people file, are held back, `unread` while its newest content can’t be read or is broken, `accounts` how many it has.',
      advice:
        '`held`: mend the directory, or run `idpmap accept DIRECTORY`. `unread`, `failures`: the log says what is wrong with the file.',
    },
    othersOf,
  ),
];

/** What is read of its list of domains; absent where it is not asked for one. */
const listOf = <T>(
  { list }: MeteredDirectory,
  read: (list: NonNullable<MeteredDirectory['list']>) => T,
): T | undefined => (list === undefined || list.isResting() ? undefined : read(list));

/** A figure of this name is an instant, in calendar milliseconds: `tokenExpiresAt`. */
const EXPIRY = /ExpiresAt$/;

const figuresOf = ({ directory }: MeteredDirectory): readonly (readonly [string, number])[] =>
  Object.entries(directory.figures ?? {});

function expiriesOf(directory: MeteredDirectory): Readonly<Record<string, number>> {
  const expiries = figuresOf(directory).filter(([name]) => EXPIRY.test(name));
  return Object.fromEntries(expiries.map(([name, ms]) => [name.replace(EXPIRY, ''), ms / 1000]));
}

function othersOf(directory: MeteredDirectory): Readonly<Record<string, number>> {
  const own = Object.fromEntries(figuresOf(directory).filter(([name]) => !EXPIRY.test(name)));
  const isHeld = directory.lane.flips.held() !== undefined || (own['held'] ?? 0) > 0;
  return { ...own, held: isHeld ? 1 : 0 };
}

/** What the directories hold, and what is wrong with it. */
export const CONTENTS: Section = { title: 'Contents of the directories', families };
