import type { Socket } from 'node:net';
import { BerReader } from 'ldapts';
import { SYNC_REQUEST } from '../../../../src/directory/ldap/follow/synccontrol.ts';
import type { LdapEndpoint } from '../../../../src/directory/ldap/settings/endpoint.ts';
import { type Decoded, decodeBytes } from '../ber.ts';
import { entry, type Peer, result, startPeer } from '../peer.ts';
import { type Comparing, meets } from './match.ts';

/** An entry's values by attribute, as a test writes them. */
export type Attributes = Readonly<Record<string, string | readonly string[]>>;

/** A directory in memory, spoken to over the wire, whose administrator is the test. */
export interface MemoryServer {
  readonly peer: Peer;
  readonly url: LdapEndpoint;
  /** All entries by name. */
  readonly entries: Map<string, Attributes>;
  readonly rights: Rights;
  /** Who is logged in, for "Who am I?"; absent: the server does not know that question. */
  identity?: string;
  /** RFC 4512 definitions that it shows; empty: it shows no schema. */
  readonly attributeTypes: string[];
  readonly objectClasses: string[];
  readonly matchingRules: string[];
  /** Whether a base that is not there looks empty, as 389-DS has it. */
  showsNothing: boolean;
  /** Where its parts begin. */
  readonly contexts: string[];
  /** What searches whose filter holds this text end with, in the place of a result. */
  readonly codes: Map<string, number>;
  /** What searches whose filter or base holds this text are answered with, if at all. */
  readonly replies: Map<string, (id: number, socket: Socket) => void>;
  /** Whether it is an OpenLDAP server, by the class of its root. */
  isOpenLdap: boolean;
  /** Whether entries may be compared at all. */
  compares: boolean;
  /** What it calls itself; empty: nothing. */
  vendorName: string;
  /** What a login ends with. */
  loginCode: number;
  /** OIDs of the controls that it says it knows. */
  readonly controls: string[];
  /** What a search for content synchronisation is answered with; absent: that it is not to be had here. */
  synchronise?: (id: number, socket: Socket, base: string) => void;
}

/** What is withdrawn from whoever asks. */
export interface Rights {
  /** Attributes that may neither be searched nor read. */
  readonly hidden: Set<string>;
  /** Attributes that may be searched, and not read. */
  readonly unread: Set<string>;
  /** Entries that are not shown, or all but some. */
  sees: (dn: string) => boolean;
  /** Whether an entry that is not shown looks empty rather than absent. */
  discloses: boolean;
}

/** Starts one with these entries; it ends with its test. */
export async function startMemory(
  entries: Readonly<Record<string, Attributes>>,
): Promise<MemoryServer> {
  const peer = await startPeer(({ id, operation, bytes }, socket) => {
    if (operation === 'bind') socket.write(result(id, 'bind', server.loginCode));
    if (operation === 'extended') {
      const { identity } = server;
      socket.write(
        identity === undefined
          ? result(id, 'extended', 2)
          : result(id, 'extended', 0, '', undefined, identity),
      );
    }
    if (operation === 'compare') socket.write(result(id, 'compare', compared(bytes, server)));
    if (operation !== 'search') return;
    const search = readSearch(bytes);
    if (bytes.includes(SYNC_REQUEST)) {
      if (server.synchronise === undefined) socket.write(result(id, 'search', 12));
      else server.synchronise(id, socket, search.base);
      return;
    }
    const text = `${search.base} ${JSON.stringify(search.filter)}`;
    const scripted = [...server.replies].find(([part]) => text.includes(part));
    if (scripted === undefined) socket.write(answer(id, search, server));
    else scripted[1](id, socket);
  });
  const server: MemoryServer = {
    peer,
    url: { kind: 'tcp', host: '127.0.0.1', port: peer.port, secure: false },
    entries: new Map(Object.entries(entries)),
    rights: { hidden: new Set(), unread: new Set(), sees: () => true, discloses: false },
    attributeTypes: [],
    objectClasses: [],
    matchingRules: ["( 1.3.6.1.4.1.1466.109.114.2 NAME 'caseIgnoreIA5Match' )"],
    showsNothing: false,
    contexts: ['dc=x'],
    codes: new Map(),
    replies: new Map(),
    isOpenLdap: false,
    compares: true,
    vendorName: '',
    loginCode: 0,
    controls: [],
  };
  return server;
}

interface Compare {
  readonly dn: string;
  readonly attribute: string;
  readonly value: string;
}

function readCompare(bytes: Buffer): Compare {
  const reader = new BerReader(bytes);
  reader.readSequence();
  reader.readInt();
  reader.readSequence();
  const dn = normal(reader.readString() ?? '');
  reader.readSequence();
  const attribute = (reader.readString() ?? '').toLowerCase();
  const value = (reader.readString() ?? '').toLowerCase();
  return { dn, attribute, value };
}

/** What comparing an attribute of an entry ends with. */
function compared(bytes: Buffer, { entries, rights, compares }: MemoryServer): number {
  const { dn, attribute, value } = readCompare(bytes);
  const found = [...entries].find(([name]) => normal(name) === dn && rights.sees(name));
  if (found === undefined) return NO_SUCH_OBJECT;
  if (!compares || rights.hidden.has(attribute)) return 50;
  const [, values = []] = valuesOf(...found).get(attribute) ?? [];
  if (values.length === 0) return 16;
  return values.some((each) => each.toLowerCase() === value) ? 6 : 5;
}

/** Whether a search may begin at a base. */
function isThere(base: string, { entries, rights, contexts }: MemoryServer): boolean {
  if (base === '' && contexts.includes('')) return true;
  const dn = [...entries.keys()].find((each) => normal(each) === base);
  return dn !== undefined && (rights.sees(dn) || rights.discloses);
}

interface Search {
  readonly base: string;
  readonly scope: number;
  readonly sizeLimit: number;
  readonly filter: Decoded;
  readonly attributes: readonly string[];
}

function readSearch(bytes: Buffer): Search {
  const reader = new BerReader(bytes);
  reader.readSequence();
  reader.readInt();
  reader.readSequence();
  const base = reader.readString() ?? '';
  const scope = reader.readEnumeration() ?? 0;
  reader.readEnumeration();
  const sizeLimit = reader.readInt() ?? 0;
  reader.readInt();
  reader.readBoolean();
  // What ldapts reads of a filter is not what it wrote.
  const filter = decodeBytes(bytes.subarray(reader.offset));
  reader.readSequence(reader.peek() ?? undefined);
  reader.offset += reader.length;
  reader.readSequence();
  const end = reader.offset + reader.length;
  const attributes: string[] = [];
  while (reader.offset < end) attributes.push((reader.readString() ?? '').toLowerCase());
  return { base, scope, sizeLimit, filter, attributes };
}

const NO_SUCH_OBJECT = 32;
const SIZE_LIMIT = 4;

function answer(id: number, search: Search, server: MemoryServer): Buffer {
  const { rights } = server;
  const forced = [...server.codes].find(([text]) => JSON.stringify(search.filter).includes(text));
  if (forced !== undefined) return result(id, 'search', forced[1]);
  const base = normal(search.base);
  const special = specialEntry(base, server);
  if (search.scope === 0 && special !== undefined)
    return Buffer.concat([entry(id, search.base, shownOf(special, search, rights)), result(id)]);

  const all = [...server.entries].map(([dn, attributes]) => ({
    dn,
    values: valuesOf(dn, attributes),
  }));
  if (!isThere(base, server)) return result(id, 'search', server.showsNothing ? 0 : NO_SUCH_OBJECT);
  const found = all.filter(
    ({ dn, values }) =>
      rights.sees(dn) &&
      isWithin(normal(dn), base, search.scope) &&
      meets(search.filter, searchable(values, server), comparing(server)) === true,
  );
  const isCut = search.sizeLimit > 0 && found.length > search.sizeLimit;
  const given = isCut ? found.slice(0, search.sizeLimit) : found;
  return Buffer.concat([
    ...given.map(({ dn, values }) => entry(id, dn, shownOf(values, search, rights))),
    result(id, 'search', isCut ? SIZE_LIMIT : 0),
  ]);
}

type Values = ReadonlyMap<string, readonly [name: string, values: readonly string[]]>;

function valuesOf(dn: string, attributes: Attributes): Values {
  const all = { objectClass: 'top', ...attributes, entryDN: dn, distinguishedName: dn };
  return new Map(
    Object.entries(all).map(([name, values]) => [
      name.toLowerCase(),
      [name, typeof values === 'string' ? [values] : values],
    ]),
  );
}

/** The root's own entry, and that of the schema: everybody may read them. */
function specialEntry(base: string, server: MemoryServer): Values | undefined {
  const {
    attributeTypes,
    objectClasses,
    matchingRules,
    contexts,
    vendorName,
    isOpenLdap,
    controls,
  } = server;
  if (base === '')
    return valuesOf('', {
      subschemaSubentry: 'cn=subschema',
      namingContexts: contexts,
      ...(vendorName !== '' && { vendorName }),
      ...(controls.length > 0 && { supportedControl: controls }),
      ...(isOpenLdap && { objectClass: ['top', 'OpenLDAProotDSE'] }),
    });
  if (base === 'cn=subschema')
    return valuesOf(base, { attributeTypes, objectClasses, matchingRules });
  return undefined;
}

const shownOf = (
  values: Values,
  { attributes }: Search,
  { hidden, unread }: Rights,
): readonly (readonly [string, readonly string[]])[] =>
  [...values]
    .filter(([key]) => attributes.includes(key) && !hidden.has(key) && !unread.has(key))
    .map(([, [name, all]]) => [name, all] as const)
    .filter(([, all]) => all.length > 0);

const searchable =
  (values: Values, { rights, attributeTypes }: MemoryServer) =>
  (attribute: string): readonly string[] | undefined => {
    if (rights.hidden.has(attribute)) return undefined;
    const isKnown =
      attributeTypes.length === 0 ||
      ['objectclass', 'entrydn'].includes(attribute) ||
      attributeTypes.some((type) => type.toLowerCase().includes(`'${attribute}'`));
    return isKnown ? (values.get(attribute)?.[1] ?? []) : undefined;
  };

const comparing =
  ({ attributeTypes }: MemoryServer): Comparing =>
  (attribute) => {
    const type = attributeTypes.find((each) => each.toLowerCase().includes(`'${attribute}'`));
    return type?.includes('caseExact') === true ? 'exact' : 'folded';
  };

function isWithin(dn: string, base: string, scope: number): boolean {
  if (scope === 0) return dn === base;
  const isBelow = base === '' || dn.endsWith(`,${base}`);
  if (scope === 1) return isBelow && !dn.slice(0, -base.length - 1).includes(',');
  return dn === base || isBelow;
}

const normal = (dn: string): string => dn.toLowerCase().replaceAll(/\s*([,=])\s*/g, '$1');
