import type { MirrorStatus } from '../../mirror/describe.ts';
import { eachDirectory, eachDirectoryBy } from './each.ts';
import type { Family, Section } from './family.ts';

/** What a metric says, under its name without `idpmap_mirror_`. */
type Facts = Pick<Family, 'name' | 'type' | 'help' | 'advice'>;

const one = (facts: Facts, read: (status: MirrorStatus) => number | undefined): Family =>
  eachDirectory({ ...facts, name: `idpmap_mirror_${facts.name}` }, ({ mirror }) =>
    mirror === undefined ? undefined : read(mirror.status()),
  );

const by = (
  label: string,
  facts: Facts,
  read: (status: MirrorStatus) => Readonly<Record<string, number>>,
): Family =>
  eachDirectoryBy(label, { ...facts, name: `idpmap_mirror_${facts.name}` }, ({ mirror }) =>
    mirror === undefined ? {} : read(mirror.status()),
  );

const families: readonly Family[] = [
  by(
    'kind',
    { name: 'entries', type: 'gauge', help: 'Accounts and groups in the mirror.' },
    ({ accounts, groups }) => ({ account: accounts, group: groups }),
  ),
  one(
    {
      name: 'in_step',
      type: 'gauge',
      help: '1 while the mirror says what the directory says: known people cost the directory no question.',
      advice: '0: `idpmap mirror status` says why it does not go on.',
    },
    ({ isInStep }) => (isInStep ? 1 : 0),
  ),
  one(
    {
      name: 'age_seconds',
      type: 'gauge',
      help: 'Since the directory’s last word; absent until everybody has been listed.',
      advice: 'Beyond `idpmap_mirror_accept_seconds` the mirror stands in for nobody.',
    },
    ({ ageMs }) => (ageMs === undefined ? undefined : ageMs / 1000),
  ),
  one(
    {
      name: 'accept_seconds',
      type: 'gauge',
      help: 'How long the mirror may stand in for a directory that fails: the setting `mirror.acceptFor`.',
    },
    ({ acceptForMs }) => acceptForMs / 1000,
  ),
  one(
    {
      name: 'lost',
      type: 'gauge',
      help: 'Entries that lost an address, and whose loss does not count yet.',
    },
    ({ lost }) => lost,
  ),
  one(
    {
      name: 'held',
      type: 'gauge',
      help: '1 while so many are lost that they go on receiving (`mirror.guard`).',
      advice: 'Mend the directory; if they were removed: `idpmap accept DIRECTORY`.',
    },
    ({ held }) => (held === undefined ? 0 : 1),
  ),
  by(
    'outcome',
    {
      name: 'listings_total',
      type: 'counter',
      help: 'Listings of a part of the directory that came to their end (`whole`), and times at which it told no more (`failed`).',
      advice: '`failed`: a size limit, a right, or the directory; see `idpmap mirror status`.',
    },
    ({ figures }) => ({ whole: figures.listings, failed: figures.failures }),
  ),
  one(
    {
      name: 'listing_seconds',
      type: 'gauge',
      help: 'How long the last whole listing took; absent: none since the start.',
    },
    ({ figures }) => figures.listingMs && figures.listingMs / 1000,
  ),
  one(
    {
      name: 'changes_total',
      type: 'counter',
      help: 'Entries that were written anew, changed or removed.',
    },
    ({ figures }) => figures.changes,
  ),
  by(
    'outcome',
    {
      name: 'confirmed_total',
      type: 'counter',
      help: 'Entries that a listing did not show, by what the directory said when it was asked for them: `found` nevertheless, or `gone`.',
      advice: '`found`: its listings leave people out; nobody is lost by that.',
    },
    ({ figures }) => ({ found: figures.kept, gone: figures.gone }),
  ),
  one(
    {
      name: 'gaps_total',
      type: 'counter',
      help: 'Times at which what had changed could not be known any more, and everybody was listed again.',
      advice: 'Often: keep events or the session log for longer.',
    },
    ({ figures }) => figures.gaps,
  ),
  eachDirectory(
    { name: 'idpmap_mirror_bytes', type: 'gauge', help: 'Size of the mirror’s files.' },
    ({ mirror }) => mirror?.bytes(),
  ),
  by(
    'said',
    {
      name: 'answers_total',
      type: 'counter',
      help: 'What the mirror said of addresses: `found` costs no question, `absent` only where `whenAbsent` is `ask`.',
    },
    ({ figures }) => figures.answers,
  ),
];

/** The copies of directories, where they have one. */
export const MIRRORS: Section = { title: 'Mirrors', families };
