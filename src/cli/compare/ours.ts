import { silentLog } from '../../log.ts';
import { createRouter } from '../../maps/router.ts';
import { parseEndpoint } from '../../net/endpoint.ts';
import { reasonOf } from '../../reason.ts';
import { findDaemon, load } from '../common.ts';
import { withDirect } from '../direct.ts';
import { CliError, EXIT } from '../exit.ts';
import type { CompareOptions } from './options.ts';
import { type Ask, withPatience } from './patience.ts';
import { withSocket } from './socket.ts';

/** Asks idpmap's map for as long as `use` takes: over the wire, the directories themselves, or the running daemon. */
export async function withOurs<R>(
  map: string,
  options: CompareOptions,
  use: (ask: Ask) => Promise<R>,
): Promise<R> {
  if (options.endpoint !== undefined)
    return withSocket(readEndpoint(options.endpoint), map, (ask) =>
      use(refuseMissing(withPatience(ask))),
    );
  if (options.direct !== true) {
    const send = await findDaemon(options);
    return use(refuseMissing(withPatience((key) => send('lookup', { map, key }))));
  }
  const { settings } = await load(options);
  return withDirect(settings, ({ state, contextNow }) => {
    const { route } = createRouter(state.routes.maps, new Map(), silentLog);
    return use(refuseMissing(withPatience(async (key) => route(map, key, contextNow()))));
  });
}

/** PERM is no answer to a key: the map is not there for any. */
const refuseMissing =
  (ask: Ask): Ask =>
  async (key) => {
    const answer = await ask(key);
    if (answer.status === 'PERM') throw new CliError(EXIT.config, `idpmap says ${answer.reason}`);
    return answer;
  };

function readEndpoint(text: string) {
  try {
    return parseEndpoint(text);
  } catch (error) {
    throw new CliError(EXIT.usage, reasonOf(error), { cause: error });
  }
}
