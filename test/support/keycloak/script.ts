import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Certificate } from '../certificate.ts';

/** What is answered: a status, and JSON or, as it stands, a text. */
export interface ScriptedReply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it takes; absent: no time. */
  readonly afterMs?: number;
  /** What becomes of the connection instead: cut, or never answered. */
  readonly end?: 'cut' | 'hang';
}

/** One question that reached the server. */
export interface Asked {
  readonly method: string;
  /** Without the query: `/admin/realms/mail/users`. */
  readonly path: string;
  /** The query as it was sent. */
  readonly search: string;
  /** Decoded as Keycloak does, so `+` is a space. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Tells connections apart. */
  readonly port: number;
}

/** Answers one question; nothing: as a healthy realm would, with no users in the way. */
export type Script = (asked: Asked) => ScriptedReply | undefined;

/** A server that speaks like Keycloak, and lies where it is told to. */
export interface ScriptedKeycloak {
  readonly url: string;
  /** Asked first, from the next question on. */
  script: Script;
  /** Who is there, as rows of `/users`. */
  readonly users: Record<string, unknown>[];
  /** The groups, as rows of `/groups`; each with `members`, rows of users. */
  readonly groups: Record<string, unknown>[];
  readonly organizations: Record<string, unknown>[];
  /** The directories behind the realm, as rows of `/components`; shown to those who have `view-realm`. */
  readonly storages: Record<string, unknown>[];
  /** As before 26.6: counts by `exact` are counts of another thing. */
  isOld: boolean;
  /** As Keycloak 24: attributes are listed by what they are alone. */
  isOldest: boolean;
  /** Compares as its database does; at first without regard to case. */
  compare: (text: string) => string;
  /** Those of administrators. */
  readonly events: Record<string, unknown>[];
  /** Those of users themselves. */
  readonly ownEvents: Record<string, unknown>[];
  /** Which events it keeps, as `/events/config` says. */
  keeps: Readonly<Record<string, unknown>>;
  /** The roles that its tokens name. */
  roles: readonly string[];
  /** For whom its tokens are made, and with which key; absent: they do not say. */
  made: { readonly sub?: string; readonly kid?: string };
  /** How long its tokens live. */
  lifeS: number;
  /** The time by its clock, which its tokens tell. */
  now: () => number;
  readonly asked: Asked[];
  /** The questions whose path ends so. */
  to(path: string): readonly Asked[];
  stop(): Promise<void>;
}

/** Starts one for the realm `mail`, with one user: Ann. */
export async function startScripted(certificate?: Certificate): Promise<ScriptedKeycloak> {
  const server =
    certificate === undefined ? createServer() : createSecureServer({ ...certificate });
  let tokens = 0;
  const keycloak: ScriptedKeycloak = {
    url: '',
    script: () => undefined,
    users: [ann()],
    groups: [],
    organizations: [],
    storages: [],
    isOld: false,
    isOldest: false,
    compare: (text) => text.toLowerCase(),
    events: [],
    ownEvents: [],
    keeps: {
      adminEventsEnabled: true,
      eventsEnabled: true,
      enabledEventTypes: OWN_EVENTS,
      eventsExpiration: 0,
    },
    roles: ['view-users', 'query-users', 'query-groups', 'view-realm'],
    made: { sub: 'id-service-account', kid: 'first-key' },
    lifeS: 300,
    now: () => new Date().getTime(),
    asked: [],
    to: (path) => keycloak.asked.filter((asked) => asked.path.endsWith(path)),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const nextToken = (): string => {
    tokens += 1;
    const roles = { 'realm-management': { roles: keycloak.roles } };
    const { sub, kid } = keycloak.made;
    const claims = { resource_access: roles, iat: Math.trunc(keycloak.now() / 1000), sub };
    return `${encode({ kid })}.${encode(claims)}.${tokens}`;
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void readAsked(request).then((asked) => {
      keycloak.asked.push(asked);
      const { afterMs = 0, ...reply } =
        keycloak.script(asked) ?? answer(keycloak, asked, nextToken);
      if (afterMs === 0) give(response, reply);
      else setTimeout(() => give(response, reply), afterMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(keycloak, {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
  });
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const OWN_EVENTS = ['REGISTER', 'UPDATE_PROFILE', 'UPDATE_EMAIL', 'VERIFY_EMAIL', 'DELETE_ACCOUNT'];

/** A user as Keycloak shows one. */
export const user = (name: string, more: object = {}): Record<string, unknown> => ({
  id: `id-${name}`,
  username: name,
  email: `${name}@example.org`,
  emailVerified: true,
  enabled: true,
  ...more,
});

/** The user who is always there. */
export const ann = (): Record<string, unknown> => user('ann');

/** What Keycloak says with status 200. */
export const says = (body: unknown): ScriptedReply => ({ body });

async function readAsked(request: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  return {
    method: request.method ?? '',
    path: url.pathname,
    search: url.search,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body,
    port: request.socket.remotePort ?? 0,
  };
}

function give(response: ServerResponse, { status = 200, body, headers, end }: ScriptedReply): void {
  if (end === 'hang') return;
  if (end === 'cut') {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** As a healthy realm answers: exact comparisons without regard to case, of users by field or one attribute. */
function answer(keycloak: ScriptedKeycloak, asked: Asked, nextToken: () => string): ScriptedReply {
  const { path, query } = asked;
  if (path.endsWith('/token')) {
    return says({ access_token: nextToken(), expires_in: keycloak.lifeS });
  }
  const below = path.replace(/^\/admin\/realms\/mail/, '');
  const [, own, list] =
    /^\/(?:users|groups)\/([^/]+)\/(members|children|groups)$/.exec(below) ?? [];
  if (own !== undefined) return says(page(listBelow(keycloak, own, list), query));
  const content = CONTENTS[below]?.(keycloak, query);
  if (below === '/components' && content === undefined) {
    return { status: 403, body: { error: 'HTTP 403 Forbidden' } };
  }
  return content === undefined ? byId(keycloak, below) : says(content);
}

/** What lies at each path. */
const CONTENTS: Readonly<Record<string, (keycloak: ScriptedKeycloak, query: Query) => unknown>> = {
  '': () => ({ realm: 'mail' }),
  '/users': (keycloak, query) => page(usersFor(keycloak, query), query),
  '/users/count': (keycloak, query) => countFor(keycloak, query),
  '/groups': (keycloak, query) => page(groupsFor(keycloak, query), query),
  '/groups/count': ({ groups }) => ({ count: groups.length }),
  '/organizations': ({ organizations }, query) => page(organizations, query),
  '/organizations/count': ({ organizations }) => organizations.length,
  '/components': ({ storages, roles }) => (roles.includes('view-realm') ? storages : undefined),
  '/events/config': ({ keeps }) => keeps,
  '/events': ({ ownEvents }, query) => eventsFor(ownEvents, query),
  '/admin-events': ({ events }, query) => eventsFor(events, query),
};

/** A list of a group's own, or the groups that a user lies in. */
const listBelow = (keycloak: ScriptedKeycloak, id: string, list = ''): readonly unknown[] =>
  list === 'groups'
    ? groupsOf(keycloak, id)
    : listOf(keycloak.groups.find((row) => row['id'] === id)?.[list]);

/** The groups that a user lies in. */
const groupsOf = ({ groups }: ScriptedKeycloak, member: string): readonly unknown[] =>
  groups.filter(({ members }) =>
    listOf(members).some(
      (row) => typeof row === 'object' && row !== null && 'id' in row && row.id === member,
    ),
  );

function byId({ users, groups }: ScriptedKeycloak, path: string): ScriptedReply {
  const row = [...users, ...groups].find(({ id }) => path.endsWith(`/${String(id)}`));
  return row === undefined ? { status: 404, body: { error: 'User not found' } } : says(row);
}

type Query = Asked['query'];

/** An old one takes no notice of `exact` where it counts: fields by what they contain, attributes by what they are. */
function countFor(keycloak: ScriptedKeycloak, query: Query): number {
  const { exact: _, ...old } = query;
  return usersFor(keycloak, keycloak.isOld ? old : query).length;
}

/** As in Keycloak a field is contained where `exact` is not asked for, an attribute where it is refused. */
function usersFor(
  { users, compare, isOldest, isOld }: ScriptedKeycloak,
  { email, username, q, search, exact, enabled, createdAfter, createdBefore }: Query,
): readonly Record<string, unknown>[] {
  const isIt = (value: unknown, text: string, isExact: boolean): boolean =>
    // Keycloak itself makes the question's letters small, and lets the database do that to what it has.
    isExact
      ? compare(textOf(value)) === compare(text.toLowerCase())
      : isLike(compare(textOf(value)), compare(text.toLowerCase()));
  const attribute = attributeIn(q);
  return users
    .filter((row) => email === undefined || isIt(row['email'], email, exact === 'true'))
    .filter((row) => username === undefined || isIt(row['username'], username, exact === 'true'))
    .filter((row) => search === undefined || isFound(row, search))
    .filter((row) => enabled === undefined || String(row['enabled']) === enabled)
    .filter((row) => isOld || createdAfter === undefined || createdOf(row) >= Number(createdAfter))
    .filter(
      (row) => isOld || createdBefore === undefined || createdOf(row) <= Number(createdBefore),
    )
    .filter(
      (row) =>
        attribute === undefined ||
        valuesOf(row, attribute.name).some((each) =>
          isIt(each, attribute.value, exact !== 'false' || isOldest),
        ),
    )
    .filter(
      (row) =>
        [email, username, q, search].some((asked) => asked !== undefined) ||
        !String(row['username']).startsWith('service-account-'),
    );
}

const createdOf = (row: Record<string, unknown>): number =>
  Number(row['createdTimestamp'] ?? Number.NaN);

/** A search in quotes, for a whole field. */
const isFound = ({ email, username }: Record<string, unknown>, search: string): boolean =>
  [email, username].some((field) => `"${textOf(field).toLowerCase()}"` === search.toLowerCase());

/** Attributes of groups are compared as the database does it, without any regard for case of Keycloak's own. */
function groupsFor(
  { groups, compare }: ScriptedKeycloak,
  { q }: Query,
): readonly Record<string, unknown>[] {
  const attribute = attributeIn(q);
  const isOwn = compare('A') === 'a' && compare('ä') === 'ä';
  const by = (value: unknown): string => (isOwn ? String(value) : compare(String(value)));
  const isAsked = (row: Record<string, unknown>): boolean =>
    attribute === undefined ||
    valuesOf(row, attribute.name).some((each) => by(each) === by(attribute.value));
  // Its own lists have paths of their own.
  return groups.filter(isAsked).map(({ members: _members, children: _children, ...row }) => row);
}

/** Whether `text` contains `part`, in which `_` stands for any one character. */
const isLike = (text: string, part: string): boolean =>
  new RegExp(part.replaceAll(/[^\w\s]/gu, '\\$&').replaceAll('_', '.'), 's').test(text);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function attributeIn(q: string | undefined) {
  const [, name, value] = /^([^:]+):"(.*)"$/s.exec(q ?? '') ?? [];
  return name === undefined || value === undefined
    ? undefined
    : { name, value: value.replaceAll('\\"', '"') };
}

const valuesOf = (row: Record<string, unknown>, name: string): readonly unknown[] =>
  listOf(new Map<string, unknown>(Object.entries(row['attributes'] ?? {})).get(name));

function eventsFor(events: readonly Record<string, unknown>[], query: Query): unknown {
  const from = Number(query['dateFrom'] ?? 0);
  const all = events.filter(({ time }) => Number(time) >= from);
  return page(query['direction'] === 'asc' ? all : all.toReversed(), query);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function page(rows: readonly unknown[], { first = '0', max = '100' }: Query): readonly unknown[] {
  return rows.slice(Number(first), Number(first) + Number(max));
}
