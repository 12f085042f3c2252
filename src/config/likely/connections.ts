/** What one text says of a connection, by the names that settings have here. */
export type ConnectionParts = Readonly<Record<string, string | undefined>>;

/** Takes apart what other programs write as one text: a URL with all in it, `host=… dbname=…`, `user@tcp(host:3306)/db`. Empty where it is none. */
export function readConnection(text: string): ConnectionParts {
  return without(readPairs(text) ?? readDriver(text) ?? readUrl(text));
}

/** `host=db port=5432 dbname=mail user=idpmap password=x` of libpq, with `;` as of PDO and ADO. */
function readPairs(text: string): ConnectionParts | undefined {
  const pairs = text
    .replace(/^(?:jdbc:)?[a-z]+:(?=\w+=)/i, '')
    .split(/[\s;]+/)
    .filter((pair) => pair !== '')
    .map((pair) => pair.split(/=(.*)/s, 2).map((part) => part.replace(/^'(.*)'$/s, '$1')));
  if (pairs.length < 2 || pairs.some(([, value]) => value === undefined)) return undefined;
  const named = new Map(pairs.map(([name = '', value = '']) => [name.toLowerCase(), value]));
  const read = (...names: readonly string[]): string | undefined =>
    names.map((name) => named.get(name)).find((value) => value !== undefined);
  return {
    hosts: joined(read('host', 'hostaddr', 'server', 'unix_socket'), read('port')),
    database: read('dbname', 'database'),
    user: read('user', 'username', 'uid'),
    password: read('password', 'pwd'),
  };
}

/** `user:password@tcp(host:3306)/db` of Go's drivers. */
function readDriver(text: string): ConnectionParts | undefined {
  const { hosts, database, user, password } =
    /^(?:(?<user>[^:@]+)(?::(?<password>.*))?@)?(?:tcp|unix)\((?<hosts>[^)]+)\)\/(?<database>[^?]*)/s.exec(
      text,
    )?.groups ?? {};
  return hosts === undefined ? undefined : { hosts, database, user, password };
}

/** `postgresql://user:password@host:5432/db`, `ldaps://host/dc=example`, `https://host/realms/mail/…`. */
function readUrl(text: string): ConnectionParts {
  const url = URL.parse(text.replace(/^jdbc:/i, ''));
  if (url === null || url.host === '') return {};
  const scheme = url.protocol.slice(0, -1).replace(/\+\w+$/, '');
  const rest = decode(url.pathname.slice(1));
  if (/^https?$/.test(scheme)) {
    const { prefix = '', realm } =
      /^(?<prefix>.*?)\/?realms\/(?<realm>[^/]+)/.exec(rest)?.groups ?? {};
    return realm === undefined
      ? {}
      : { url: `${url.origin}${prefix === '' ? '' : `/${prefix}`}`, realm };
  }
  if (/^ldaps?$/.test(scheme)) return { urls: `${scheme}://${url.host}`, base: rest.split('?')[0] };
  return {
    hosts: url.host,
    database: rest,
    user: decode(url.username),
    password: decode(url.password),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const joined = (host: string | undefined, port: string | undefined): string | undefined =>
  host === undefined || port === undefined || host.startsWith('/') ? host : `${host}:${port}`;

const without = (parts: ConnectionParts): ConnectionParts =>
  Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''),
  );
