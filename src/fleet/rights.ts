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

/** The user as `ACL SETUSER`, or a line `user …` of an ACL file, takes it; it names a place for the password. */
export const aclOf = (user: string): string =>
  `${user} on >PASSWORD resetchannels ~idpmap:* -@all ${COMMANDS.map((name) => `+${name}`).join(' ')}`;
