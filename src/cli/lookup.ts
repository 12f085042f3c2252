import { silentLog } from '../log.ts';
import type { Answer } from '../maps/answer.ts';
import { createRouter } from '../maps/router.ts';
import { parseEndpoint } from '../net/endpoint.ts';
import { reasonOf } from '../reason.ts';
import { createSocketmapClient } from '../socketmap/client.ts';
import { formatReply } from '../socketmap/protocol.ts';
import { type CommonOptions, command, load } from './common.ts';
import { withDirect } from './direct.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './print.ts';

export interface LookupOptions extends CommonOptions {
  readonly direct?: boolean;
  readonly endpoint?: string;
  /** The status that is wanted, for the exit code; absent: any. */
  readonly expect?: string;
}

const TIMEOUT_MS = 10_000;

/** What the daemon says; TIMEOUT is only ever said by others. */
const STATUSES = ['OK', 'NOTFOUND', 'TEMP', 'PERM'] as const;

/** Asks a map for a key: the running daemon, any socketmap server, or the directories themselves. */
export async function lookup(map: string, key: string, options: LookupOptions): Promise<number> {
  const { expect } = options;
  if (expect !== undefined && !isStatus(expect)) {
    const message = `--expect ${JSON.stringify(expect)} is no status, write one of ${STATUSES.join(', ')}`;
    throw new CliError(EXIT.usage, message);
  }
  const answer = await ask(map, key, options);
  print(options, answer, formatReply(answer).trimEnd());
  const code = exitCodeOf(answer);
  if (expect === undefined) return code;
  if (expect === answer.status) return EXIT.ok;
  // Somebody who was not to be there is no success.
  return code === EXIT.ok ? EXIT.notFound : code;
}

const isStatus = (text: string): boolean => STATUSES.some((status) => status === text);

async function ask(map: string, key: string, options: LookupOptions): Promise<Answer> {
  if (options.endpoint !== undefined) return askEndpoint(options.endpoint, map, key);
  if (options.direct !== true) return command(options, 'lookup', { map, key });
  const { settings } = await load(options);
  return withDirect(settings, async ({ state, contextNow }) =>
    createRouter(state.routes.maps, new Map(), silentLog).route(map, key, contextNow()),
  );
}

async function askEndpoint(text: string, map: string, key: string): Promise<Answer> {
  const client = createSocketmapClient({ endpoint: readEndpoint(text), timeoutMs: TIMEOUT_MS });
  try {
    return await client.ask(map, key);
  } catch (error) {
    throw new CliError(EXIT.unavailable, reasonOf(error), { cause: error });
  } finally {
    client.close();
  }
}

function readEndpoint(text: string) {
  try {
    return parseEndpoint(text);
  } catch (error) {
    throw new CliError(EXIT.usage, reasonOf(error), { cause: error });
  }
}

function exitCodeOf(answer: Answer): number {
  switch (answer.status) {
    case 'OK':
      return EXIT.ok;
    case 'NOTFOUND':
      return EXIT.notFound;
    case 'TEMP':
    case 'TIMEOUT':
      return EXIT.temporary;
    case 'PERM':
      return EXIT.config;
  }
}
