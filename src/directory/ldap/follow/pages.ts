import { PagedResultsControl } from 'ldapts';
import { preciseClock } from '../../../clock.ts';
import { Fault, type Listed } from '../../directory.ts';
import { pause } from '../../waiting.ts';
import type { GroupBranch } from '../people/branch.ts';
import { readRest } from '../people/valueranges.ts';
import type { LdapEntry, Search, SearchRequest } from '../search.ts';
import { cookieOf, entriesOf } from '../servers/results.ts';
import { listedOf, type Part, refOf } from './listed.ts';
import { requestFor } from './request.ts';
import type { Session } from './session.ts';
import { guardAgainstSilence } from './silence.ts';

/** So many entries are asked for at a time: Active Directory gives no more than 1 000. */
const PAGE = 500;

/**
 * Lists everybody page by page, and proves what was seen: whoever was not shown is missing.
 * @param pace `resting`: after each page as long as it took, so that a server that others ask is not kept busy
 * @param between runs after each page
 */
export async function listPages(
  session: Session,
  pace: 'at once' | 'resting',
  between: () => Promise<void> = async () => {},
): Promise<void> {
  const { parts, outlet } = session;
  for (const { branch } of parts) outlet.tell({ kind: 'listing', part: branch.kind });
  for (const part of parts) {
    const request = requestFor(part);
    let cookie: Buffer | undefined;
    do {
      const at = preciseClock.now();
      cookie = await listPage(session, part, request, cookie);
      if (pace === 'resting') await pause(preciseClock.now() - at, session.signal);
      await between();
    } while (cookie !== undefined && cookie.length > 0);
  }
  await session.prove();
  for (const { branch } of parts) outlet.tell({ kind: 'listed', part: branch.kind });
}

async function listPage(
  session: Session,
  part: Part,
  request: SearchRequest,
  cookie: Buffer | undefined,
): Promise<Buffer | undefined> {
  const { connection, outlet, options, signal } = session;
  const silence = guardAgainstSilence(outlet, options.timing.stallMs);
  const value = { size: PAGE, ...(cookie === undefined ? {} : { cookie }) };
  const partly: LdapEntry[] = [];
  try {
    const listing = connection.listen(
      request,
      [new PagedResultsControl({ value })],
      (heard) => {
        silence.heard();
        if (heard.kind !== 'entry') return;
        if (isPartly(heard.entry, part)) partly.push(heard.entry);
        else outlet.tell({ kind: 'put', entries: [entryFor(part, heard.entry)] });
      },
      signal,
    );
    const reply = await Promise.race([listing, silence.fault]);
    entriesOf(reply, request, connection.server, options.referrals);
    for (const entry of partly)
      outlet.tell({ kind: 'put', entries: [await wholeEntry(session, part, entry)] });
    return cookieOf(reply);
  } finally {
    silence.stop();
  }
}

/** An entry of a listing, all of whose values are there. */
const entryFor = (part: Part, entry: LdapEntry): readonly [ref: string, entry: Listed] => [
  refOf(entry, part),
  listedOf(entry, part),
];

/** The same of one that may be a large group, which Active Directory gives a part of at a time. */
export async function wholeEntry(
  session: Session,
  part: Part,
  entry: LdapEntry,
): Promise<readonly [string, Listed]> {
  const { branch } = part;
  if (branch.kind !== 'group' || !isPartly(entry, part)) return entryFor(part, entry);
  try {
    return entryFor(part, await readWhole(entry, branch, session.search));
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'entry') throw error;
    const [ref, listed] = entryFor(part, entry);
    return [ref, { ...listed, doubt: error.message }];
  }
}

const isPartly = ({ attributes }: LdapEntry, { branch }: Part): boolean =>
  branch.kind === 'group' && [...attributes.keys()].some((key) => key.includes(';range='));

async function readWhole(
  entry: LdapEntry,
  { memberDns, members }: GroupBranch,
  search: Search,
): Promise<LdapEntry> {
  const attributes = new Map([...entry.attributes].filter(([key]) => !key.includes(';range=')));
  for (const attribute of memberDns) {
    const values = await readRest(entry, attribute, members, search);
    attributes.set(
      attribute.toLowerCase(),
      values.map((value) => Buffer.from(value)),
    );
  }
  return { dn: entry.dn, attributes };
}
