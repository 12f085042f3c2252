import { TLSSocket } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import { lookupHost } from '../../../net/lookup.ts';
import { errorOf } from '../../../reason.ts';
import { noteCertificates } from '../../certificates.ts';
import { type ClientTls, readTlsFiles, type TlsFiles } from '../../tls.ts';
import type { Site } from './site.ts';

/** How much a pool may take. */
export interface PoolLimits {
  readonly connections: number;
  /** Of one reply. */
  readonly maxBytes: number;
  /** Where the certificates' ends are noted; absent: nowhere. */
  readonly figures?: Record<string, number>;
}

/** What one user with photographs among the attributes, or a page of a hundred with theirs, stays below. */
export const LOOKUP_BYTES = 1024 * 1024;
/** Lists that are read beside the lookups: a hundred organizations with their attributes, or as many events. */
export const UPKEEP_BYTES = 4 * 1024 * 1024;

const CONNECT_MS = 2000;
/** Proxies and NAT are stricter with idle connections than Keycloak, which keeps them for minutes. */
const IDLE_MS = 30_000;
/** Signals end requests before; this only keeps a socket from being held for ever. */
const BACK_STOP_MS = 120_000;

/**
 * Creates a pool of HTTP/1.1 connections to the site; it follows no redirects. Over HTTP/2 nothing was gained, and large
 * headers failed (keycloak/keycloak#51182).
 */
export const createPool = (
  site: Site,
  tls: ClientTls,
  { connections, maxBytes, figures = {} }: PoolLimits,
): Pool =>
  new Pool(site.origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    connect: createConnector(tls, figures),
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: 2 * IDLE_MS,
    headersTimeout: BACK_STOP_MS,
    bodyTimeout: BACK_STOP_MS,
    maxResponseSize: maxBytes,
  });

/** Reads the certificates at each connection, so that renewed ones count without a restart. */
const createConnector =
  (tls: ClientTls, figures: Record<string, number>): buildConnector.connector =>
  (options, callback) =>
    void connect(tls, figures, options, callback);

async function connect(
  tls: ClientTls,
  figures: Record<string, number>,
  options: buildConnector.Options,
  callback: buildConnector.Callback,
): Promise<void> {
  let files: TlsFiles;
  try {
    files = await readTlsFiles(tls);
  } catch (error) {
    callback(errorOf(error), null);
    return;
  }
  const { serverName } = tls;
  const open = buildConnector({
    ...files,
    ...(serverName === undefined ? {} : { servername: serverName }),
    allowH2: false,
    lookup: lookupHost,
    maxCachedSessions: 0,
    timeout: CONNECT_MS,
  });
  open(options, (...result) => {
    const [, socket] = result;
    if (socket instanceof TLSSocket) noteCertificates(figures, socket, files.cert);
    callback(...result);
  });
}
