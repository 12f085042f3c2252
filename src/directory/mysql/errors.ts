import { reasonOf } from '../../reason.ts';
import { Fault } from '../directory.ts';
import { NO_TLS } from '../sql/connect/secure.ts';
import { Lost, Overrun } from '../sql/engine.ts';
import { explainTls } from '../tls.ts';

/** Too many connections, a shutdown, a broken packet, a killed connection, a node of a cluster that is not ready. */
const LOST = new Set([
  1040, 1047, 1053, 1077, 1079, 1080, 1129, 1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160,
  1161, 1184, 1203, 1213, 1226, 1927, 2006, 2013, 3032, 4031,
]);
const LOGIN = new Set([1044, 1045, 1049, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 4151]);
/** Its time was over, a lock was in the way, or an administrator ended it. */
const SLOW = new Set([1205, 1317, 1969, 3024]);
/** No such table, column or function, no right, a view that is broken, no SQL. */
const STATEMENT = new Set([
  1046, 1051, 1052, 1054, 1064, 1109, 1113, 1142, 1143, 1146, 1227, 1290, 1305, 1308, 1318, 1356,
  1370, 1449, 1792, 1836,
]);

/** What an error of `mysql2` means. What only this key may bring about is `entry`; what all of a statement's do, `doubt`. */
export function faultOf(error: unknown, server: string): Fault {
  if (error instanceof Fault) return error;
  const options = { cause: error };
  const { errno, code, isFatal } = factsOf(error);
  const reason = reasonOf(error);
  const told = `${server}: ${reason} (${code})`;
  if (LOGIN.has(errno)) return new Fault('directory', told, options);
  if (errno === 0 || LOST.has(errno) || isFatal)
    return new Lost(`${server}: ${explain(code, reason) ?? reason}`, options);
  if (SLOW.has(errno))
    return new Overrun(`${told}: is it overloaded, locked, or is an index missing?`, options);
  if (STATEMENT.has(errno)) return new Fault('doubt', told, options);
  // Its message may show the key.
  return new Fault('entry', `${server} does not take this key (${code})`, options);
}

/** Says what a failed connection means. mysql2 writes its own code over that of what TLS found; the text tells which it was. */
function explain(code: string, reason: string): string | undefined {
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return NO_TLS;
  if (code !== 'HANDSHAKE_SSL_ERROR') return explainTls(code, reason);
  return explainTls(OF_TEXTS.find(([text]) => text.test(reason))?.[1] ?? 'EPROTO', reason);
}

const OF_TEXTS = [
  [/altnames|does not match certificate/i, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/has expired/i, 'CERT_HAS_EXPIRED'],
  [
    /self-signed|issuer certificate|first certificate|untrusted/i,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
] as const;

interface Facts {
  /** MySQL's own number; 0: it is none of the server's errors. */
  readonly errno: number;
  readonly code: string;
  readonly isFatal: boolean;
}

function factsOf(error: unknown): Facts {
  const own = new Map(error instanceof Error ? Object.entries(error) : []);
  const [errno, code] = [own.get('errno'), own.get('code')];
  const isServers = typeof errno === 'number' && errno > 0;
  return {
    errno: isServers ? errno : 0,
    // MariaDB has errors that mysql2 has no name for.
    code: typeof code === 'string' ? code : String(errno ?? ''),
    isFatal: own.get('fatal') === true,
  };
}
