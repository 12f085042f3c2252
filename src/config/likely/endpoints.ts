import { isIP } from 'node:net';
import type { Hint } from '../schema/notation.ts';
import { isTree } from '../sources/tree.ts';
import { textOf } from './text.ts';

/** Endpoints that `written` may mean. What it leaves out is as in `sample`: the port, and that it is this machine's. */
export function likelyEndpoints(written: unknown, { sample }: Hint): readonly unknown[] {
  if (Array.isArray(written)) return [];
  if (isTree(written)) return fromSettings(written, sample);
  if (written === false || written === null) return ['off'];
  const text = textOf(written);
  if (/^(?:none|no|never|disabled)$/i.test(text)) return ['off'];
  const lookups = text.split(/[\s,]+/).map(endpointOf);
  if (lookups.every((each) => each !== undefined)) {
    const [only, ...others] = new Set(lookups);
    return others.length === 0 ? [only] : [[only, ...others]];
  }
  return /^(?:unix|local|file|socket|sock|path):|^\//i.test(text)
    ? sockets(text)
    : ports(text, portOf(sample));
}

/** What a table of main.cf asks: `socketmap:unix:PATH:MAP`, `proxy:socketmap:inet:HOST:PORT:MAP`. Absent where it is none. */
const endpointOf = (lookup: string): string | undefined => {
  const { path, address } =
    /^(?:proxy:)?(?:socketmap:)(?:unix:(?<path>\/[^:]*)|inet:(?<address>.+?:\d+))(?::[^:/]*)?$/i.exec(
      lookup,
    )?.groups ?? {};
  if (path !== undefined) return `unix:${path}`;
  return address === undefined ? undefined : `tcp://${address}`;
};

const portOf = (sample: unknown): string => /:(\d+)$/.exec(String(sample))?.[1] ?? '';

/** A path without its scheme, or with more behind it than a socket's file. */
function sockets(text: string): readonly string[] {
  const path = /^(?:unix|local|file|socket|sock|path)?:?(?:\/\/)?(?<path>\/.*)$/is.exec(text)
    ?.groups?.['path'];
  if (path === undefined) return text.startsWith('unix:') ? options(text) : [];
  const whole = `unix:${path.replace(/^\/+/, '/')}`;
  const [bare = '', ...suffix] = whole.split(/[:,]/).slice(1);
  const rights = suffix.flatMap((part) =>
    /^0?[67][0-7]{2}$/.test(part) ? [`mode=${part.padStart(4, '0')}`] : [],
  );
  const groups = suffix.flatMap((part) => (/^[a-z_][\w-]*$/.test(part) ? [`group=${part}`] : []));
  const given = [...rights, ...(rights.length > 0 ? groups : [])];
  const asked = given.length === 0 ? '' : `?${given.join('&')}`;
  return [whole, ...options(whole), `unix:${bare}${asked}`, whole.replace(/\/+$/, '')];
}

/** Options joined or written otherwise: `,`, `;` and `:` for `&`, `perm=` for `mode=`. */
function options(text: string): readonly string[] {
  const [path = '', given] = text.split('?', 2);
  if (given === undefined) return [];
  const known = given
    .split(/[&,;:\s]+/)
    .map((option) => option.replace(/^(?:perms?|permissions?|chmod)=/i, 'mode='))
    .map((option) => option.replace(/^(?:gid|grp)=/i, 'group=').replace(/=0o/, '=0'))
    // Whose a socket is can't be chosen: it is its daemon's.
    .filter((option) => !/^(?:owner|user|uid)=/i.test(option));
  return [`${path}?${known.join('&')}`];
}

const ADDRESS =
  /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:\[(?<v6>[^\]]*)\]|(?<host>\*|[\w.-]*?|[0-9a-f:]*::[0-9a-f:]*?))(?::(?<port>\d{1,5}|[a-z]\w*))?(?:\/(?!\/).*)?$/i;

/** A port alone, `inet:PORT@HOST` as milters have it, and host and port with a blank between them. */
const ODD_FORMS = [
  /^:?(?<port>\d{1,5})(?:\/tcp)?$/i,
  /^(?:inet6?:)?(?<port>\d{1,5})@(?<host>[^@\s]+)$/i,
  /^(?<host>[\w.-]+)[\s,]+(?<port>\d{1,5})$/,
];

/** An address with another scheme, without one, or without one of its halves. */
function ports(text: string, usual: string): readonly string[] {
  for (const form of ODD_FORMS) {
    const { host, port } = form.exec(text)?.groups ?? {};
    if (port !== undefined) return [spell(host, port)];
  }
  const parts = ADDRESS.exec(text)?.groups;
  if (parts === undefined) return [];
  // One that can be read is told of with all that may be done.
  if (/^(?:tcp:\/\/)?(?:0\.0\.0\.0|\[::\]):\d+$/.test(text)) return [];
  return joined(parts['host'] ?? parts['v6'], parts['port'], usual);
}

function joined(
  host: string | undefined,
  written: string | undefined,
  usual: string,
): readonly string[] {
  const port = written ?? usual;
  const isNamed = !/^\d/.test(port);
  // A scheme alone says nothing of either.
  if (isEmpty(host) && written === undefined) return [];
  const own = isNamed ? usual : port;
  const isEverybody = host === '0.0.0.0' || host === '::';
  // Where everybody's address is refused, for nobody says who may connect, this machine's is left.
  return [spell(host, own), ...(isEverybody ? [spell('*', own)] : [])];
}

const isEmpty = (text: string | undefined): boolean => text === undefined || text === '';

/** Everybody's address is not what is meant where nobody says who may connect. */
function spell(host: string | undefined, port: string): string {
  if (host === undefined || isEmpty(host) || host === '*') return `tcp://127.0.0.1:${port}`;
  return `tcp://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** A socket's mode and group, as settings of their own. YAML reads 0660 as 660, and 0o660 as 432. */
function withRights(
  path: string,
  read: (...names: readonly string[]) => string | undefined,
): readonly string[] {
  const mode = read('mode', 'perm', 'perms', 'permissions', 'chmod');
  const group = read('group', 'gid');
  const given = [
    ...(mode === undefined ? [] : [`mode=${octal(mode)}`]),
    ...(group === undefined ? [] : [`group=${group}`]),
  ];
  if (given.length === 0) return [path];
  return [`${path}${path.includes('?') ? '&' : '?'}${given.join('&')}`];
}

const octal = (mode: string): string => {
  const isOctal = /^0?[67][0-7]{2}$/.test(mode);
  return (isOctal ? mode : Number(mode).toString(8)).padStart(4, '0');
};

/** Host and port, or a path, as settings of their own. */
function fromSettings(tree: Readonly<Record<string, unknown>>, sample: unknown): readonly string[] {
  const read = (...names: readonly string[]): string | undefined => {
    const name = names.find((each) => ['string', 'number'].includes(typeof tree[each]));
    return name === undefined ? undefined : String(tree[name]);
  };
  const whole = read('endpoint', 'url', 'uri');
  const path =
    read('path', 'unix', 'socket') ?? (/^unix:|^\//.test(whole ?? '') ? whole : undefined);
  if (path !== undefined) return withRights(path.startsWith('unix:') ? path : `unix:${path}`, read);
  const host = read('host', 'address', 'ip', 'bind', 'tcp', 'inet', 'listen', 'interface');
  return fromParts(host, read('port'), portOf(sample));
}

/** `{ tcp: 9100 }` and `{ tcp: 127.0.0.1:9100 }` have both in one. */
function fromParts(
  host: string | undefined,
  port: string | undefined,
  usual: string,
): readonly string[] {
  if (port !== undefined) return joined(host ?? '127.0.0.1', port, usual);
  return host === undefined ? [] : ports(host, usual);
}

/** Engines that `written` may mean: with the scheme that they lack, in clear only to this machine. */
export const likelyEngines = (written: unknown): readonly string[] => {
  const text = textOf(written).replace(/^(?:tcp|https?):\/\//i, '');
  if (!/^(?:\[[\da-f:]+\]|[\w.-]+)(?::\d+)?(?:\/\d*)?$/i.test(text)) return [];
  const bare = text.replace(/\/\d*$/, '');
  return [`valkeys://${bare}`, `valkey://${bare}`].toSorted((a) =>
    /^(?:127\.|localhost|\[::1\])/.test(bare) === a.startsWith('valkeys:') ? 1 : -1,
  );
};
