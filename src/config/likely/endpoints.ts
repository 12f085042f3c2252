import { isIP } from 'node:net';
import type { Hint } from '../schema/notation.ts';
import { isTree } from '../sources/tree.ts';
import { textOf } from './text.ts';

/** Endpoints that `written` may mean. What it leaves out is as in `sample`: the port, and that it is this machine's. */
export function likelyEndpoints(written: unknown, { sample }: Hint): readonly unknown[] {
  if (isTree(written)) return fromSettings(written, sample);
  if (written === false || written === null) return ['off'];
  const text = textOf(written);
  if (/^(?:none|no|never|disabled)$/i.test(text)) return ['off'];
  const bare = text.replace(/^socketmap:/i, '');
  return /^(?:unix|local|file):|^\//i.test(bare) ? sockets(bare) : ports(bare, portOf(sample));
}

const portOf = (sample: unknown): string => /:(\d+)$/.exec(String(sample))?.[1] ?? '';

/** A path without its scheme, or with more behind it than a socket's file. */
function sockets(text: string): readonly string[] {
  const path = /^(?:unix|local|file)?:?(?:\/\/)?(?<path>\/.*)$/is.exec(text)?.groups?.['path'];
  if (path === undefined) return text.startsWith('unix:') ? options(text) : [];
  const whole = `unix:${path.replace(/^\/+/, '/')}`;
  // socketmap:unix:PATH:MAP is what main.cf says.
  return [whole, ...options(whole), whole.replace(/:[\w-]+$/, ''), whole.replace(/\/+$/, '')];
}

/** Options joined or written otherwise: `,`, `;` and `:` for `&`, `perm=` for `mode=`. */
function options(text: string): readonly string[] {
  const [path = '', given] = text.split('?', 2);
  if (given === undefined) return [];
  const known = given
    .split(/[&,;:\s]+/)
    .map((option) => option.replace(/^(?:perms?|permissions?|chmod)=/i, 'mode='))
    .map((option) => option.replace(/^(?:gid|grp)=/i, 'group=').replace(/=0o/, '=0'));
  return [`${path}?${known.join('&')}`];
}

const ADDRESS =
  /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?(?:\[(?<v6>[^\]]*)\]|(?<host>\*|[\w.-]*?|[0-9a-f:]*::[0-9a-f:]*?))(?::(?<port>\d{1,5}))?(?:\/.*)?$/i;

/** An address with another scheme, without one, or without one of its halves. */
function ports(text: string, usual: string): readonly string[] {
  const only = /^:?(?<port>\d{1,5})$/.exec(text)?.groups?.['port'];
  if (only !== undefined) return [spell('127.0.0.1', only)];
  const parts = ADDRESS.exec(text)?.groups;
  if (parts === undefined) return [];
  const { v6, host = v6, port = usual } = parts;
  return [spell(host, port)];
}

/** Everybody's address is not what is meant where nobody says who may connect. */
function spell(host: string | undefined, port: string): string {
  if (host === undefined || host === '' || host === '*') return `tcp://127.0.0.1:${port}`;
  return `tcp://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Host and port, or a path, as settings of their own. */
function fromSettings(tree: Readonly<Record<string, unknown>>, sample: unknown): readonly string[] {
  const read = (...names: readonly string[]): string | undefined => {
    const name = names.find((each) => ['string', 'number'].includes(typeof tree[each]));
    return name === undefined ? undefined : String(tree[name]);
  };
  const path = read('path', 'unix', 'socket');
  if (path !== undefined) return [path.startsWith('unix:') ? path : `unix:${path}`];
  const host = read('host', 'address', 'ip', 'bind', 'tcp', 'listen', 'interface');
  const port = read('port');
  if (host === undefined && port === undefined) return [];
  return [spell(host ?? '127.0.0.1', port ?? portOf(sample))];
}
