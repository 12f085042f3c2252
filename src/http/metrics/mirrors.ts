import type { MirrorStatus } from '../../mirror/status.ts';
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
      name: 'taken',
      type: 'gauge',
      help: '1 while another daemon of the fleet follows the directory, and this one takes its changes.',
      advice:
        '0 at more than one daemon for long: they have other settings, or the engine is away.',
    },
    ({ takenFrom }) => (takenFrom === undefined ? 0 : 1),
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
      help: 'Addresses that nobody enabled holds any more, and whose loss does not count yet.',
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
      help: 'Whole listings of the directory: `whole`, or `failed` before their end.',
      advice: '`failed`: a size limit, a right, or the directory; see `idpmap mirror status`.',
    },
    ({ counts }) => counts.listings,
  ),
  one(
    {
      name: 'listing_seconds',
      type: 'gauge',
      help: 'How long the last whole listing took; absent: none since the start.',
    },
    ({ listing }) => (listing === undefined ? undefined : listing.tookMs / 1000),
  ),
  by(
    'change',
    {
      name: 'changes_total',
      type: 'counter',
      help: 'Entries that were written, removed, or shown again as they were.',
    },
    ({ counts }) => counts.changes,
  ),
  by(
    'outcome',
    {
      name: 'confirmed_total',
      type: 'counter',
      help: 'Entries that a listing did not show, or that lost an address, by what the directory said when it was asked for them: `held` were too many to ask for.',
      advice: '`found`: its listings leave people out; nobody is lost by that.',
    },
    ({ counts }) => counts.confirmed,
  ),
  one(
    {
      name: 'gaps_total',
      type: 'counter',
      help: 'Times at which what had changed could not be known any more, and everybody was listed again.',
      advice: 'Often: keep events or the session log for longer.',
    },
    ({ counts }) => counts.gaps,
  ),
  one({ name: 'bytes', type: 'gauge', help: 'Size of the mirror’s files.' }, ({ bytes }) => bytes),
  by(
    'said',
    {
      name: 'answers_total',
      type: 'counter',
      help: 'What the mirror said of addresses: `found` costs no question, `absent` only where `whenAbsent` is `ask`.',
    },
    ({ counts }) => counts.answers,
  ),
];

/** The copies of directories, where they have one. */
export const MIRRORS: Section = { title: 'Mirrors', families };
