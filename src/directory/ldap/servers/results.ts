import { BerReader, PagedResultsControl, PresenceFilter } from 'ldapts';
import { Fault } from '../../directory.ts';
import type { LdapEntry, Read, Search, SearchRequest } from '../search.ts';
import { placesBelow } from '../trust/places.ts';
import type { Connection } from '../wire/connection.ts';
import type { Reply } from '../wire/operations.ts';

/** A result after which the connection is not to be trusted: whoever it was bound as, it may be nobody now. */
export class Untrusted extends Fault {
  constructor(reason: string) {
    super('directory', reason);
    this.name = 'Untrusted';
  }
}

const SUCCESS = 0;
const SIZE_LIMIT = 4;
const REFERRAL = 10;
const NO_SUCH_OBJECT = 32;
const INVALID_NAME = 34;
const NO_RIGHT = 50;

/** What a code says of a search (RFC 4511 appendix A), and what to mend. Those not listed are told by number. */
const MEANINGS: Readonly<Record<number, string>> = {
  1: 'operations error: the server takes us for anonymous, or fails',
  2: 'protocol error',
  3: 'its time limit was exceeded: is every searched attribute indexed?',
  8: 'it demands a bind, or TLS',
  11: 'its administrative limit was exceeded: is every searched attribute indexed?',
  12: 'it does not know a control that is needed',
  13: 'it demands TLS',
  16: 'no such attribute',
  17: 'undefined attribute type',
  18: 'inappropriate matching',
  21: 'invalid attribute syntax',
  34: 'invalid name in base',
  50: 'insufficient access rights',
  51: 'it is busy',
  52: 'it is unavailable',
  53: 'it is unwilling to perform',
  80: 'other error',
};

/** Codes that blame the key or the configuration: they never open the circuit. */
const OF_THE_QUESTION = new Set([12, 16, 17, 18, 19, 20, 21, 34]);
/** Codes after which the connection's rights are in doubt. */
const RIGHTS_LOST = new Set([1, 2, 8, 13, 50]);

/** Makes a `Search` on one connection, for as long as `signal` lets it; `referrals` as configured. */
export function searchOn(
  connection: Connection,
  referrals: 'refuse' | 'ignore',
  signal: AbortSignal,
): Search {
  const search: Search = async (request) => {
    if (request.paged === true) return searchPages(connection, request, referrals, signal);
    const reply = await connection.search(request, signal);
    // A root without an entry of its own: all that the server says it holds. A global catalog holds more than it says.
    if (reply.code === NO_SUCH_OBJECT && request.base === '' && request.scope === 'sub') {
      const places = await placesBelow('', connection, signal);
      if (!places.includes(''))
        return (await Promise.all(places.map((base) => search({ ...request, base })))).flat();
    }
    return entriesOf(reply, request, connection.server, referrals);
  };
  return search;
}

/** Makes a `Read` on one connection. */
export const readOn =
  (connection: Connection, signal: AbortSignal): Read =>
  async (dn, attributes, filter = EVERYBODY) => {
    const request: SearchRequest = { base: dn, scope: 'base', filter, attributes, sizeLimit: 0 };
    const reply = await connection.search(request, signal);
    if (reply.code === NO_SUCH_OBJECT || reply.code === INVALID_NAME) return 'gone';
    if (reply.code === REFERRAL || reply.references.length > 0) return 'elsewhere';
    if (reply.code === NO_RIGHT) return 'hidden';
    const [entry] = entriesOf(reply, request, connection.server, 'ignore');
    if (entry !== undefined) return entry;
    // 389-DS shows no entry where there is none, as others do where one is hidden: a name that nobody has tells.
    const nobody = { ...request, base: dn.replace(FIRST_PART, 'cn=idpmap-asks-for-nobody') };
    const { code } = await connection.search(nobody, signal);
    return code === NO_SUCH_OBJECT ? 'hidden' : 'gone';
  };

const EVERYBODY = new PresenceFilter({ attribute: 'objectClass' });
/** A name's own part, up to the comma that ends it. */
const FIRST_PART = /^(?:\\.|[^\\,])*/s;

const PAGE_SIZE = 500;

async function searchPages(
  connection: Connection,
  request: SearchRequest,
  referrals: 'refuse' | 'ignore',
  signal: AbortSignal,
): Promise<readonly LdapEntry[]> {
  const all: LdapEntry[] = [];
  let cookie: Buffer | undefined;
  do {
    const value = { size: PAGE_SIZE, ...(cookie === undefined ? {} : { cookie }) };
    const reply = await connection.search(request, signal, [new PagedResultsControl({ value })]);
    all.push(...entriesOf(reply, request, connection.server, referrals));
    cookie = cookieOf(reply);
  } while (cookie !== undefined && cookie.length > 0);
  return all;
}

/** RFC 2696: the server's place in the result, empty at its end. */
export function cookieOf({ controls }: Reply): Buffer | undefined {
  const value = controls.get(PagedResultsControl.type);
  if (value === undefined) return undefined;
  const reader = new BerReader(value);
  reader.readSequence();
  reader.readInt();
  return reader.readString(OCTETS, true) ?? undefined;
}

const OCTETS = 0x04;

/**
 * What a search's reply says.
 * @throws {Fault} on every result but success; `Untrusted` where the connection must not be used again
 */
export function entriesOf(
  reply: Reply,
  request: SearchRequest,
  server: string,
  referrals: 'refuse' | 'ignore',
): readonly LdapEntry[] {
  const { code, entries, references } = reply;
  if (code === NO_SUCH_OBJECT && request.baseMayBeAbsent === true) return [];
  if (code !== SUCCESS) throw faultOf(reply, request, server);
  if (request.sizeLimit > 0 && entries.length > request.sizeLimit) {
    throw tooMany(request.sizeLimit);
  }
  const elsewhere = references.find((url) => !isKnownPartition(url));
  if (elsewhere !== undefined && referrals === 'refuse') {
    throw new Fault(
      'directory',
      `${server}: a part of ${request.base} lies at ${elsewhere}, which is not asked: narrow the base, ask a server that holds all of it (for Active Directory the global catalog, port 3269), or set referrals: ignore`,
    );
  }
  return entries;
}

function faultOf(reply: Reply, request: SearchRequest, server: string): Fault {
  const { code, diagnostic, referrals } = reply;
  if (code === SIZE_LIMIT) return tooMany(request.sizeLimit);
  if (code === REFERRAL) {
    const where = referrals[0] ?? 'another server';
    return new Fault(
      'directory',
      `${server} refers to ${where} for ${request.base}: ask that one, or mend the base`,
    );
  }
  if (code === NO_SUCH_OBJECT) {
    return new Untrusted(
      `${server}: there is no ${request.base === '' ? 'root entry' : request.base}, or no right to see it: check base and the rights of bind.dn`,
    );
  }
  const meaning = MEANINGS[code];
  const words = diagnostic === '' ? '' : ` (${diagnostic})`;
  const reason = `${server}: a search failed with code ${code}${meaning === undefined ? '' : `, ${meaning}`}${words}`;
  if (RIGHTS_LOST.has(code)) return new Untrusted(reason);
  return new Fault(OF_THE_QUESTION.has(code) ? 'entry' : 'directory', reason);
}

const tooMany = (limit: number): Fault =>
  new Fault(
    'entry',
    limit > 0
      ? `more than ${limit} entries match, or the server gives no more at a time`
      : 'more entries match than the server gives at a time: raise its size limit for bind.dn',
  );

/** What Active Directory points to from its root: its own configuration and DNS, where no people are. */
function isKnownPartition(url: string): boolean {
  return /^ldaps?:\/\/[^/]*\/(?:dc=(?:forest|domain)dnszones|cn=configuration),/i.test(url);
}
