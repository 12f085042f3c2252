/** All commands that idpmap puts to the engine, as its ACLs name them. */
export const COMMANDS: readonly string[] = [
  'get',
  'set',
  'del',
  'incr',
  'decr',
  'mget',
  'pexpire',
  'xadd',
  'xrange',
  'xrevrange',
  'time',
  'zadd',
  'zrem',
  'zrange',
  'zcount',
  'zremrangebyscore',
  'ping',
  'auth',
  'hello',
  'select',
];

/** What a cluster's nodes are asked beside: who has which slots, and for keys that are on their way to another. */
export const CLUSTER_COMMANDS: readonly string[] = ['cluster|slots', 'asking'];

/** Who the user is for: one engine, or one that sentinels name; each node of a cluster; the sentinels themselves. */
export type Kind = 'engine' | 'cluster' | 'sentinel';

/** The user as `ACL SETUSER`, or a line `user …` of an ACL file, takes it; it names a place for the password. */
export function aclOf(user: string, kind: Kind = 'engine'): string {
  const allow = (commands: readonly string[]): string =>
    commands.map((name) => `+${name}`).join(' ');
  if (kind === 'sentinel')
    return `${user} on >PASSWORD resetchannels -@all ${allow(SENTINEL_COMMANDS)}`;
  const commands = kind === 'cluster' ? [...COMMANDS, ...CLUSTER_COMMANDS] : COMMANDS;
  return `${user} on >PASSWORD resetchannels ~idpmap:* -@all ${allow(commands)}`;
}

const SENTINEL_COMMANDS: readonly string[] = ['sentinel|get-master-addr-by-name', 'auth', 'ping'];
